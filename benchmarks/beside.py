"""The process of an engine in the background, alone or with the console open on it.

`python -m benchmarks.beside TERMINAL SUBSCRIPTIONS`: the path of a terminal for the console, or `-`, and pairs of event
and socket as JSON. It is told lines, and answers each with JSON: `raise FIRST COUNT`, `pace RATE COUNT STAMP` and
`load RATE` (see `benchmarks.pace`), `usage`. It ends with its standard input.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from benchmarks.events import events, parts
from benchmarks.pace import Load, Stamp, raise_paced
from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.host.background import BackgroundEngine
from engine.host.gc_tuning import steady_heap

LABEL = "BENCH"
"""What the header of the console begins with."""


class Teller:
    """Does what it is told on standard input; what it needs of the engine is done on the engine's own loop."""

    def __init__(self, background: BackgroundEngine) -> None:
        self._background = background
        # Copies, because the console gets a terminal in their place.
        self._told: IO[str] = os.fdopen(os.dup(0))
        self._answers: IO[str] = os.fdopen(os.dup(1), "w")

    def run(self) -> None:
        """Until standard input ends."""
        for line in self._told:
            word, *values = line.split()
            self._answers.write(json.dumps(self._done(word, values)) + "\n")
            self._answers.flush()

    def _done(self, word: str, values: list[str]) -> dict[str, Any]:
        engine = self._background.engine
        if word == "raise":
            return self._background.submit(_raise(engine, *map(int, values))).result()
        if word == "pace":
            pace, count, stamp = values
            self._background.submit(raise_paced(engine, int(pace), int(count), Stamp(stamp))).result()
            return {}
        if word == "load":
            self._background.submit(Load(engine, int(values[0])).run())
            return {}
        return self._usage()

    def _usage(self) -> dict[str, Any]:
        """Processor seconds of the whole process and of the engine's thread; the memory that the process has now."""
        status = Path("/proc/self/status").read_text()
        return {
            "cpu_s": time.process_time(),
            "engine_cpu_s": self._background.submit(_thread_time()).result(),
            "memory_mib": int(status.partition("VmRSS:")[2].split()[0]) / 1024,
        }


async def _thread_time() -> float:
    return time.thread_time()


async def _raise(engine: Engine, first: int, count: int) -> dict[str, Any]:
    """Raise, and wait until every event is settled."""
    begun = time.monotonic_ns()
    for start, size in parts(first, count):
        await engine.raise_many(events(start, size))
    (subscription,) = engine.table
    while engine.dispatcher.waiting or subscription.lane.counters.waiting:
        await engine.dispatcher.progress()
    failures = sum(member.counters.failed for member in subscription.lane.members)
    return {"start_ns": begun, "end_ns": time.monotonic_ns(), "failures": failures}


def show_console(background: BackgroundEngine, terminal: str, teller: Teller) -> None:
    """The console on a terminal, while the teller is told something."""
    # What a headless engine does not need is not loaded for it.
    from tui.app.application import SwitchboardApp  # noqa: PLC0415
    from tui.link.protocol import LocalLink  # noqa: PLC0415

    opened = os.open(terminal, os.O_RDWR)
    for number in range(3):
        os.dup2(opened, number)
    app = SwitchboardApp(LocalLink(background))

    def told() -> None:
        try:
            teller.run()
        finally:
            app.call_from_thread(app.exit)

    thread = threading.Thread(target=told, name="teller")
    thread.start()
    app.run()
    thread.join()


def main(terminal: str, subscriptions: str) -> None:
    """Start the engine, and do what it is told."""
    entries = tuple(SubscriptionSettings(event=event, socket=socket) for event, socket in json.loads(subscriptions))
    background = BackgroundEngine(Settings(label=LABEL, subscriptions=entries))
    teller = Teller(background)
    usual = sys.getswitchinterval()
    background.start()
    try:
        if terminal == "-":
            sys.setswitchinterval(usual)  # as `switchboard serve` has it
            steady_heap()
            teller.run()
        else:
            show_console(background, terminal, teller)
    finally:
        background.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
