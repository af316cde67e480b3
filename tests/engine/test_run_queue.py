"""A member's queue: in the order raised, and as long as it says."""

from __future__ import annotations

import pytest

from engine.event import Event
from engine.run import Batch, Outcome, Run
from engine.run_queue import RunQueue


def nobody_hears(_run: Run, _positions: range, _outcome: Outcome) -> None:
    raise AssertionError("a queue settles nothing")


def run(first: int, count: int, text: str = "") -> Run:
    batch = Batch("E_X", [Event("E_X", (("text", text),))] * count, first, 0.0, "test")
    return Run(batch, range(count), 0, 0.0, nobody_hears)


def numbers(*runs: Run) -> list[int]:
    return [waiting.batch.first_seq + index for waiting in runs for index in waiting.indices]


def filled(capacity: int = 100) -> RunQueue:
    """Events 1 to 9 in three runs."""
    queue = RunQueue(capacity)
    for first in (1, 4, 7):
        queue.append(run(first, 3))
    return queue


def test_the_oldest_are_taken_first_and_runs_are_cut_where_less_is_wanted() -> None:
    queue = filled()
    assert numbers(queue.take_front(2)) == [1, 2]
    assert numbers(queue.take_front(2)) == [3]
    assert numbers(*queue.take(4)) == [4, 5, 6, 7]
    assert numbers(*queue.take()) == [8, 9]
    assert queue.take() == []


def test_the_newest_are_taken_and_what_is_left_of_their_run_stays() -> None:
    queue = filled()
    assert numbers(queue.take_newest(2)) == [8, 9]
    assert numbers(queue.take_newest(5)) == [7]
    assert numbers(*queue.take()) == [1, 2, 3, 4, 5, 6]


def test_what_comes_back_stands_where_it_was() -> None:
    queue = filled()
    first = queue.take_front(3)
    second = queue.take_front(3)
    queue.put_back(second)
    queue.put_back(first)
    assert numbers(*queue.take()) == list(range(1, 10))


def test_number_and_bytes_are_those_of_what_waits() -> None:
    queue = filled()
    each = queue.runs[0].batch.event_size
    queue.put_back(queue.take_front(2))
    queue.take_newest(1)
    queue.take(4)
    assert (queue.count, queue.size) == (4, 4 * each)
    queue.take()
    assert (queue.count, queue.size) == (0, 0)


@pytest.mark.parametrize(("capacity", "surplus"), [(100, 0), (9, 0), (8, 1), (2, 7)])
def test_what_is_beyond_the_capacity_is_surplus(capacity: int, surplus: int) -> None:
    queue = filled(capacity)
    assert queue.surplus(queue.runs[-1]) == surplus


def test_bytes_beyond_their_bound_are_surplus_but_never_more_than_the_newest_run() -> None:
    queue = RunQueue(100)
    heavy = run(1, 4, "x" * 1000)
    queue.append(heavy)
    each = heavy.batch.event_size
    queue.bytes_max = 3 * each - 1
    assert queue.is_full_of_bytes
    assert queue.surplus(heavy) == 2
    queue.bytes_max = 1
    newest = run(5, 2)
    queue.append(newest)
    assert queue.surplus(newest) == 2
