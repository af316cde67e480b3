"""Long work in slices."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from engine.clock import SystemClock
from engine.slices import SLICE_S, Slices, Steps, at_once
from engine.tasks import Tasks
from tests.support.clock import FakeClock


class TickingClock(FakeClock):
    """Each look at it takes a while."""

    def now(self) -> float:
        """Monotonic seconds."""
        self.advance(SLICE_S / 4)
        return super().now()


def work(steps: int, done: list[str], name: str = "") -> Steps[int]:
    """So many steps, each of which is noted."""
    for _ in range(steps):
        done.append(name)
        yield
    return steps


def test_at_once_does_all_of_it() -> None:
    done: list[str] = []
    assert at_once(work(1_000, done)) == 1_000
    assert len(done) == 1_000


async def test_others_have_a_turn_after_each_slice() -> None:
    slices, done, turns = Slices(TickingClock()), [], 0
    running = Tasks().spawn(slices.run(work(100, done)), "work")
    most, before = 0, 0
    while not running.done():
        await asyncio.sleep(0)
        most, before, turns = max(most, len(done) - before), len(done), turns + 1
    assert running.result() == 100
    assert most <= 4
    assert turns >= 25


async def test_two_works_have_their_slices_in_turn() -> None:
    slices, done = Slices(TickingClock()), []
    assert await asyncio.gather(slices.run(work(40, done, "a")), slices.run(work(40, done, "b"))) == [40, 40]
    changes = sum(one != other for one, other in pairwise(done))
    assert changes >= 10


async def test_what_work_raises_ends_it_and_the_next_one_runs() -> None:
    def broken() -> Steps[None]:
        yield
        raise LookupError("gone")

    slices = Slices(SystemClock())
    with pytest.raises(LookupError, match="gone"):
        await slices.run(broken())
    assert await slices.run(work(3, [])) == 3
