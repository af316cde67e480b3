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


def plan(rate: int, count: int, first: int = 0) -> Iterator[Due]:
    """When which of `count` events are raised, beginning with the number `first`.

    >>> list(plan(40, 5))
    [Due(at_s=0.0, first=0, count=2), Due(at_s=0.05, first=2, count=2), Due(at_s=0.1, first=4, count=1)]
    """
    together = max(1, int(rate * TICK_S))
    for place in range(0, count, together):
        yield Due(place / rate, first + place, min(together, count - place))


def told(ticks: Sequence[Tick]) -> str:
    """The ticks as a line."""
    return json.dumps(ticks)


def heard(line: str) -> list[Tick]:
    """The ticks of a line."""
    return [Tick(at_ns, first, count, tuple(refused)) for at_ns, first, count, refused in json.loads(line)]
