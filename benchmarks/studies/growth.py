"""Growth: the processor time of a notification with more subscriptions, more members and larger payloads."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence

from benchmarks.processes import Receivers, closing
from benchmarks.studies.finding import Finding
from engine.address import MEMBERS_MAX, parse
from engine.config.model import Settings
from engine.core import Engine
from engine.event import Event
from engine.host.gc_tuning import steady_heap

RUN = 64
NOTIFICATIONS = 192_000
SUBSCRIPTIONS = (1, 100, 10_000)
MEMBERS = (1, 30, MEMBERS_MAX)
SIZES = (1_024, 8_192, 65_536)
BYTES = 128 * 1024 * 1024
ROUNDS = 3


def study() -> list[Finding]:
    """How much more the dearest costs than the cheapest of its kind, in percent."""
    return [
        Finding("a notification, 10,000 subscriptions instead of 1", _growth(_subscriptions, SUBSCRIPTIONS), "%", 20),
        Finding(f"a notification, {MEMBERS_MAX} members instead of 1", _growth(_members, MEMBERS), "%", 20),
        Finding("a byte, events of 64 KiB instead of 1 KiB", _growth(_sizes, SIZES), "%", 20),
    ]


def _growth(measure: object, scales: Sequence[int]) -> float:
    assert callable(measure)
    rounds = [[asyncio.run(measure(scale)) for scale in scales] for _ in range(ROUNDS)]
    smallest, *_, largest = [statistics.median(one) for one in zip(*rounds, strict=True)]
    return float(100 * (largest / smallest - 1))


async def _subscriptions(count: int) -> float:
    """Microseconds a notification with `count` subscriptions, each to its own event, raised in runs in turn."""
    with closing(Receivers("udp", 1)) as receivers:
        engine = Engine(Settings())
        await engine.start()
        names = [f"E_BENCH_{number}" for number in range(count)]
        for name in names:
            engine.subscribe(name, parse(f"udp:127.0.0.1:{receivers.ports[0]}"), None)
        return await _cost(engine, names, 1)


async def _members(count: int) -> float:
    """Microseconds a notification with one subscription of `count` members, each at an address of its own."""
    with closing(Receivers("udp", 1)) as receivers:
        engine = Engine(Settings())
        await engine.start()
        port = receivers.ports[0]
        sockets = [f"udp:127.0.{number // 250}.{1 + number % 250}:{port}" for number in range(count)]
        engine.subscribe("E_BENCH", parse("virtual:PARALLEL " + " ".join(sockets)), None)
        return await _cost(engine, ["E_BENCH"], count)


async def _sizes(size: int) -> float:
    """Microseconds a KiB over tcp, for events of `size` bytes."""
    with closing(Receivers("tcp", 1)) as receivers:
        engine = Engine(Settings())
        await engine.start()
        engine.subscribe("E_BENCH", parse(f"tcp:127.0.0.1:{receivers.ports[0]}"), None)
        value = "x" * (size - 70)
        return await _cost(engine, ["E_BENCH"], 1, value, BYTES // size) / size * 1024


async def _cost(
    engine: Engine, names: list[str], members: int, value: str = "alice", notifications: int = NOTIFICATIONS
) -> float:
    """Processor time a notification, in microseconds, once everything is warm; then the engine is stopped."""
    batches = max(1, notifications // (RUN * members))
    steady_heap()
    await _raise(engine, names, max(len(names), batches // 10), value)
    begun = time.process_time()
    await _raise(engine, names, batches, value)
    took = time.process_time() - begun
    await engine.stop()
    return took / (batches * RUN * members) * 1e6


async def _raise(engine: Engine, names: list[str], batches: int, value: str) -> None:
    for number in range(batches):
        name = names[number % len(names)]
        await engine.raise_many([Event(name, (("number", n), ("user", value))) for n in range(RUN)])
    while any(lane.counters.waiting for lane in engine.roster.lanes()):
        await engine.dispatcher.progress()
