"""What has no bare loop to stand beside: latency, what failures cost, how long the loop is held, growth, memory, start,
the open console; each with its limits."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.studies import console, failures, gaps, growth, latency, memory, mi, start
from benchmarks.studies.finding import Finding

STUDIES: dict[str, Callable[[], list[Finding]]] = {
    "latency": latency.study,
    "mi": mi.study,
    "failures": failures.study,
    "gaps": gaps.study,
    "growth": growth.study,
    "memory": memory.study,
    "start": start.study,
    "console": console.study,
}
"""Each runs in a process of its own."""
