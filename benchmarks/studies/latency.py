"""Latency: PARALLEL over 3 tcp, raised in-process at a steady pace, from being raised to being read."""

from __future__ import annotations

import asyncio
import time

from benchmarks.events import NAME
from benchmarks.processes import Receivers, closing
from benchmarks.studies.finding import Finding
from engine.address import parse
from engine.config.schema import Settings
from engine.core import Engine
from engine.event import Event
from engine.heap import steady_heap

PACES = ((1_000, 5_000, ((0.50, 150), (0.99, 2_000))), (20_000, 60_000, ((0.99, 5_000),)))
"""Events a second, events, and the limits: share of the events and microseconds."""


def study() -> list[Finding]:
    """Both paces."""
    findings = []
    for pace, count, limits in PACES:
        with closing(Receivers("timed", 3)) as receivers:
            asyncio.run(_paced(pace, count, receivers.ports))
            report = receivers.wait_for("messages", 3 * count)
        ages = sorted(age for port in report["ages_us"] for age in port[len(port) // 10 :])
        findings += [
            Finding(f"latency at {pace:,}/s, p{100 * share:.0f}", ages[int(share * len(ages))], "us", limit)
            for share, limit in limits
        ]
        findings.append(Finding(f"lost at {pace:,}/s", 3 * count - sum(report["messages"]), "events", 0))
    return findings


async def _paced(pace: int, count: int, ports: list[int]) -> None:
    engine = Engine(Settings())
    await engine.start()
    engine.subscribe(NAME, parse("virtual:PARALLEL " + " ".join(f"tcp:127.0.0.1:{port}" for port in ports)), None)
    steady_heap()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / pace - loop.time()))
        stamp = ("at", str(time.monotonic_ns()))
        engine.raise_event(Event(NAME, (stamp, ("user", "alice"), ("ip", "192.0.2.17"))), "bench")
    await engine.stop()
