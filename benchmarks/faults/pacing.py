"""Raising at a fixed rate, a handful at a time: what is raised when, and the report of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.faults.counting import Tick

TICK_S = 0.05
"""Events that are raised within this time are raised together."""


class Due(NamedTuple):
    """Events whose turn it is."""

    at_s: float
    """Seconds from the beginning."""
    first: int
    count: int


def plan(rate: int, count: int) -> Iterator[Due]:
    """When which of `count` events are raised.

    >>> list(plan(40, 5))
    [Due(at_s=0.0, first=0, count=2), Due(at_s=0.05, first=2, count=2), Due(at_s=0.1, first=4, count=1)]
    """
    together = max(1, int(rate * TICK_S))
    for first in range(0, count, together):
        yield Due(first / rate, first, min(together, count - first))


def told(ticks: Sequence[Tick]) -> str:
    """The ticks as a line."""
    return json.dumps(ticks)


def heard(line: str) -> list[Tick]:
    """The ticks of a line."""
    return [Tick(at_ns, first, count, tuple(refused)) for at_ns, first, count, refused in json.loads(line)]
