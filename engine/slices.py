"""Long work on the event loop, cut into slices, so that everything else gets its turn in between.

Such work is a generator that yields wherever others may come between. It can also be done in one go, by whoever has
the loop to himself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TypeAlias, TypeVar

from engine.clock import Clock

SLICE_S = 0.003
"""How long work may go on before others get a turn. A turn of the loop may hold more than one piece of work, and the
whole of it is to stay below 10 ms."""

T = TypeVar("T")
Steps: TypeAlias = Generator[None, None, T]
"""Work that yields wherever others may come between; its result is what it returns."""


def at_once(steps: Steps[T]) -> T:
    """Do all of it now."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


class Slices:
    """Does long work of one event loop. Of several works each has a slice in turn, one slice in a turn of the loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = asyncio.Lock()

    async def run(self, steps: Steps[T]) -> T:
        """Do it, with a turn for others after each slice. What it raises ends it."""
        while True:
            async with self._lock:
                until = self._clock.now() + SLICE_S
                try:
                    next(steps)
                    while self._clock.now() < until:
                        next(steps)
                except StopIteration as end:
                    result: T = end.value
                    return result
                await asyncio.sleep(0)
