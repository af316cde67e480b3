"""Latency: PARALLEL over 3 tcp, raised in-process at a steady pace, from being raised to being read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from benchmarks.events import NAME
from benchmarks.pace import raise_paced
from benchmarks.processes import Receivers, closing
from benchmarks.studies.finding import Finding
from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.host.gc_tuning import steady_heap

PACES = ((1_000, 5_000, ((0.50, 150), (0.99, 2_000))), (20_000, 60_000, ((0.99, 5_000),)))
"""Events a second, events, and the limits: share of the events and microseconds."""


def study() -> list[Finding]:
    """Both paces."""
    findings = []
    for pace, count, limits in PACES:
        with closing(Receivers("timed", 3)) as receivers:
            asyncio.run(_paced(pace, count, receivers.ports))
            report = receivers.wait_for("messages", 3 * count)
        ages = ages_us(report)
        findings += [
            Finding(f"latency at {pace:,}/s, p{100 * share:.0f}", ages[int(share * len(ages))], "us", limit)
            for share, limit in limits
        ]
        findings.append(Finding(f"lost at {pace:,}/s", 3 * count - sum(report["messages"]), "events", 0))
    return findings


def ages_us(report: dict[str, Any]) -> list[int]:
    """How old events were when they were read, in order; the first tenth of each port is left out as its warm-up."""
    return sorted(age for port in report["ages_us"] for age in port[len(port) // 10 :])


def parallel(ports: Sequence[int]) -> str:
    """The socket of PARALLEL over some ports."""
    return "virtual:PARALLEL " + " ".join(f"tcp:127.0.0.1:{port}" for port in ports)


async def _paced(pace: int, count: int, ports: list[int]) -> None:
    engine = Engine(Settings())
    await engine.start()
    engine.subscribe(NAME, parse(parallel(ports)), None)
    steady_heap()
    await raise_paced(engine, pace, count)
    await engine.stop()
