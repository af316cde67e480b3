"""The engine's process: `python -m benchmarks.faults.raiser SOCKET TRANSPORTS`, the latter settings by prefix as JSON.

It has one subscription, with the defaults of everything that is not given. It answers each line on standard input with
one: `raise RATE COUNT FIRST` raises, one event at a time through `Engine.raise_event` (the door of MI's `raise_event`
and of the console), and tells what was raised when and what was refused; `status` tells the subscription's counters. It
ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time

from benchmarks.events import NAME, events
from benchmarks.faults.counting import Tick
from benchmarks.faults.pacing import Due, plan, told
from benchmarks.ours import transport_options
from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.errors import BusyError
from engine.host.background import BackgroundEngine
from engine.host.gc_tuning import steady_heap


async def raise_paced(engine: Engine, rate: int, count: int, first: int) -> list[Tick]:
    """Raise `count` events at a rate, numbered from `first`."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    ticks = []
    for due in plan(rate, count, first):
        await asyncio.sleep(max(0.0, began + due.at_s - loop.time()))
        ticks.append(_raised(engine, due))
    return ticks


def _raised(engine: Engine, due: Due) -> Tick:
    at_ns = time.monotonic_ns()
    refused = []
    made = events(due.first, due.count)
    for event in made:
        try:
            engine.raise_event(event, "faults")
        except BusyError:
            refused.append(int(str(event.params[0][1])))
    return Tick(at_ns, int(str(made[0].params[0][1])), due.count, tuple(refused))


async def status(engine: Engine) -> dict[str, object]:
    """What the engine says of its one subscription."""
    snapshot = engine.snapshot()
    (row,) = snapshot.subscriptions
    return {
        "waiting": row.waiting + engine.dispatcher.waiting,
        "undelivered": row.undelivered,
        "failed": [member.failed for member in row.members],
        "reason": row.last_undelivered,
        "errors": [member.error for member in row.members],
    }


def done(background: BackgroundEngine, word: str, values: list[str]) -> str:
    """Carry out one line; the answer."""
    if word == "raise":
        return told(background.submit(raise_paced(background.engine, *map(int, values))).result())
    return json.dumps(background.submit(status(background.engine)).result())


def main(socket: str, transports: str) -> None:
    """Until standard input ends."""
    logging.disable(logging.CRITICAL)  # a row makes members fail on purpose; the counters tell
    options = {}
    for scheme, values in json.loads(transports).items():
        options |= transport_options(scheme, **values)
    subscription = SubscriptionSettings.model_validate({"event": NAME, "socket": socket})
    background = BackgroundEngine(Settings(subscriptions=(subscription,), transports=options, stop_timeout=0.1))
    background.start()
    steady_heap()
    print("ready", flush=True)
    for line in sys.stdin:
        word, *values = line.split()
        print(done(background, word, values), flush=True)
    background.stop()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    main(sys.argv[1], sys.argv[2])
