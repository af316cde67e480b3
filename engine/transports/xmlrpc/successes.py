"""Successes of single events, gathered over one turn of the loop, so that neighbours are settled with one call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from engine.run import DELIVERED, Outcome, Run


class Successes:
    """What went well in this turn, all in the same way. A failure is settled at once, after the successes before."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._positions: dict[Run, list[int]] = {}
        self._outcome = DELIVERED

    def add(self, run: Run, position: int, outcome: Outcome) -> None:
        """Settle an event: with its neighbours before the loop waits again, or now where it failed."""
        if outcome.is_failure:
            self.settle()
            run.settle(range(position, position + 1), outcome)
            return
        if outcome is not self._outcome:
            self.settle()
            self._outcome = outcome
        if not self._positions:
            self._loop.call_soon(self.settle)
        self._positions.setdefault(run, []).append(position)

    def settle(self) -> None:
        """Settle everything that went well so far."""
        positions, self._positions = self._positions, {}
        outcome = self._outcome
        for run, numbers in positions.items():
            for stretch in stretches(numbers):
                run.settle(stretch, outcome)


def stretches(numbers: list[int]) -> Iterator[range]:
    """Distinct numbers, in any order, as the fewest ranges."""
    numbers.sort()
    start = previous = numbers[0]
    for number in numbers[1:]:
        if number != previous + 1:
            yield range(start, previous + 1)
            start = number
        previous = number
    yield range(start, previous + 1)
