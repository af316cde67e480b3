"""Memory: many members, and many events that wait for a member which reads nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from benchmarks.events import NAME, parts
from benchmarks.processes import Receivers, closing
from benchmarks.studies.finding import Finding
from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.event import Event
from engine.host.gc_tuning import steady_heap

MEMBERS = 1_000
WAITING = 1_000_000


def study() -> list[Finding]:
    """Both, each in a process of its own, because a peak never comes down."""
    return [
        Finding(f"memory with {MEMBERS:,} members", _peak_of("members"), "MiB", 150),
        Finding(f"memory with {WAITING:,} waiting events", _peak_of("waiting"), "MiB", 300),
    ]


def varied(first: int, count: int) -> list[Event]:
    """Events as a source reads them: no two share a value."""
    return [
        Event(NAME, (("number", n), ("user", f"user{n}"), ("ip", f"192.0.{n % 250}.{n % 199}"), ("status", f"{n} OK")))
        for n in range(1_000_000_000 + first, 1_000_000_000 + first + count)
    ]


def peak_memory_mib() -> float:
    """The most memory that this process ever had in use."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _peak_of(what: str) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.studies.memory", what], stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout)


async def _members() -> None:
    """PARALLEL over tcp members at addresses of their own, all connected and used."""
    with closing(Receivers("tcp", 1)) as receivers:
        engine = Engine(Settings())
        await engine.start()
        port = receivers.ports[0]
        sockets = [f"tcp:127.0.{number // 250}.{1 + number % 250}:{port}" for number in range(MEMBERS)]
        engine.subscribe(NAME, parse("virtual:PARALLEL " + " ".join(sockets)), None)
        for start, size in parts(0, 2_000, 100):
            await engine.raise_many(varied(start, size))
        (subscription,) = engine.table
        while subscription.lane.counters.waiting:
            await engine.dispatcher.progress()
        assert not subscription.lane.counters.undelivered, subscription.lane.last_undelivered
        await engine.stop()


async def _waiting() -> None:
    """One member that reads nothing, and a queue that holds it all."""
    with closing(Receivers("hanging", 1)) as receivers:
        engine = Engine(Settings(queue_size=WAITING + 10_000, stop_timeout=0))
        await engine.start()
        engine.subscribe(NAME, parse(f"tcp:127.0.0.1:{receivers.ports[0]}"), None)
        steady_heap()
        for start, size in parts(0, WAITING):
            await engine.raise_many(varied(start, size))
        (subscription,) = engine.table
        while engine.dispatcher.waiting:
            await engine.dispatcher.progress()
        waiting = subscription.lane.counters.waiting
        assert waiting > 0.9 * WAITING, f"only {waiting} wait"
        print(peak_memory_mib(), flush=True)
        await engine.stop()


async def _main(what: str) -> None:
    if what == "waiting":
        await _waiting()
    else:
        await _members()
        print(peak_memory_mib(), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
