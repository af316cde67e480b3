"""What failures cost: the others' throughput beside a bad member, the time to the next member, and the way back."""

from __future__ import annotations

import asyncio
import statistics
import time

from benchmarks.events import NAME, RUN, events, parts, payload_size
from benchmarks.ours import transport_options
from benchmarks.processes import Receivers, closing
from benchmarks.studies.finding import Finding
from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.host.gc_tuning import steady_heap

COUNT = 600_000
ROUNDS = 3
BAD = ("dead", "hanging", "slow")
FAILOVER_TIMEOUT_S = 1.0


def study() -> list[Finding]:
    """Throughput beside each kind of bad member, in turn with all healthy, and the two times of FAILOVER."""
    findings = []
    for bad in BAD:
        shares = [_healthy_rate(bad) / _healthy_rate("tcp") for _ in range(ROUNDS)]
        share = 100 * statistics.median(shares)
        findings.append(Finding(f"the healthy two of three, one {bad}", share, "% of all healthy", 90, is_floor=True))
    return findings + _failing_over()


def _healthy_rate(third: str) -> float:
    """Events a second that the first two members of PARALLEL get, beside this third one in a process of its own."""
    with closing(Receivers("tcp", 2)) as receivers, closing(Receivers("tcp" if third == "dead" else third, 1)) as other:
        ports = [*receivers.ports, 1 if third == "dead" else other.ports[0]]
        return asyncio.run(_throughput(ports, receivers))


async def _throughput(ports: list[int], healthy: Receivers) -> float:
    engine = Engine(Settings(stop_timeout=0.1))
    await engine.start()
    engine.subscribe(NAME, parse("virtual:PARALLEL " + " ".join(f"tcp:127.0.0.1:{port}" for port in ports)), None)
    steady_heap()
    await _raise(engine, 0, COUNT // 4)
    begun = time.monotonic_ns()
    await _raise(engine, COUNT // 4, COUNT)
    wanted = 2 * (COUNT + COUNT // 4) * payload_size()
    report = await asyncio.to_thread(healthy.wait_for, "bytes", wanted)
    await engine.stop()
    if sum(report["bytes"]) != wanted:
        raise RuntimeError(f"healthy members lost {(wanted - sum(report['bytes'])) // payload_size()} events")
    last: int = report["last_ns"]
    return COUNT / ((last - begun) / 1e9)


async def _raise(engine: Engine, first: int, count: int) -> None:
    for start, size in parts(first, count, RUN):
        await engine.raise_many(events(start, size))


def _failing_over() -> list[Finding]:
    """The first of two members resets its connection; it is tried again when its time is over."""
    with closing(Receivers("resetting,answering", 1)) as receivers:
        asyncio.run(_steadily(receivers.ports))
        report = receivers.report()
    reset, back = report["reset_ns"][0], report["back_ns"][0]
    return [
        Finding("from a reset to the next member having the event", (report["first_ns"][1] - reset) / 1e6, "ms", 10),
        Finding(
            "first event at the first member after its timeout",
            (back - reset) / 1e6 - 1000 * FAILOVER_TIMEOUT_S,
            "ms late",
            10,
        ),
    ]


async def _steadily(ports: list[int]) -> None:
    """An event every millisecond or so, for as long as it takes to fail over and back."""
    engine = Engine(Settings(failover_timeout=FAILOVER_TIMEOUT_S, transports=transport_options("tcp", sync_mode=True)))
    await engine.start()
    engine.subscribe(NAME, parse("virtual:FAILOVER " + " ".join(f"tcp:127.0.0.1:{port}" for port in ports)), None)
    loop = asyncio.get_running_loop()
    end = loop.time() + FAILOVER_TIMEOUT_S + 1.0
    number = 0
    while loop.time() < end:
        engine.raise_event(events(number, 1)[0], "bench")
        number += 1
        await asyncio.sleep(0.001)
    await engine.stop()
