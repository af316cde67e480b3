"""Batches that there was no time for: events take turns, each lane gets all of it once and in order."""

from __future__ import annotations

import pytest

from engine.event import Event
from engine.overdue import AT_A_TIME, HEAVY, Overdue, Turn
from engine.run import Batch
from tests.support.clock import FakeClock


class Lane:
    """Writes down what it is given."""

    def __init__(self) -> None:
        self.firsts: list[int] = []
        self.is_broken = False

    def take(self, batch: Batch) -> None:
        if self.is_broken:
            raise ZeroDivisionError("out of order")
        self.firsts.append(batch.first_seq)


def batch(name: str, first: int, count: int = 1, text: str = "") -> Batch:
    return Batch(name, [Event(name, ((None, number), (None, text))) for number in range(count)], first, 0.0, "test")


def lanes(count: int) -> list[Lane]:
    return [Lane() for _ in range(count)]


def turn(size: int) -> Turn:
    return Turn(FakeClock(), size)


def test_each_lane_gets_each_batch_once_and_in_order_whatever_goes_into_a_turn() -> None:
    overdue, hearing = Overdue(), lanes(50)
    overdue.add(batch("E_A", 1, 3), hearing, 10)  # type: ignore[arg-type]
    overdue.add(batch("E_A", 4), hearing, 0)  # type: ignore[arg-type]
    assert overdue.deliveries == 40 * 3 + 50
    assert overdue.events == {"E_A": 4}
    turns = 0
    while overdue:
        overdue.give(turn(7))
        turns += 1
    assert turns == -(-90 // 7)
    assert [lane.firsts for lane in hearing] == [[4]] * 10 + [[1, 4]] * 40
    assert (overdue.deliveries, overdue.events) == (0, {})


def test_an_event_with_many_lanes_holds_up_no_other() -> None:
    overdue, many, one = Overdue(), lanes(1_000), lanes(1)
    overdue.add(batch("E_MANY", 1), many, 0)  # type: ignore[arg-type]
    overdue.add(batch("E_ONE", 2), one, 0)  # type: ignore[arg-type]
    overdue.give(turn(AT_A_TIME + 1))
    assert one[0].firsts == [2]
    assert sum(bool(lane.firsts) for lane in many) == AT_A_TIME


def test_a_lane_that_goes_catches_up_and_gets_nothing_twice() -> None:
    overdue, hearing = Overdue(), lanes(20)
    for first in (1, 2):
        overdue.add(batch("E_A", first), hearing, 0)  # type: ignore[arg-type]
    overdue.give(turn(3))
    overdue.catch_up("E_A", hearing[0])  # type: ignore[arg-type]
    overdue.catch_up("E_A", hearing[15])  # type: ignore[arg-type]
    overdue.catch_up("E_OTHER", hearing[16])  # type: ignore[arg-type]
    assert (hearing[0].firsts, hearing[15].firsts, hearing[16].firsts) == ([1, 2], [1, 2], [])
    assert overdue.deliveries == 2 * 20 - 3 - 1 - 2
    while overdue:
        overdue.give(turn(5))
    assert all(lane.firsts == [1, 2] for lane in hearing)


def test_large_events_count_as_several() -> None:
    overdue = Overdue()
    overdue.add(batch("E_A", 1, text="x" * 10 * HEAVY), lanes(1), 0)  # type: ignore[arg-type]
    assert overdue.events["E_A"] >= 10


def test_a_turn_ends_with_its_time() -> None:
    clock = FakeClock()
    overdue, hearing = Overdue(), lanes(10)
    overdue.add(batch("E_A", 1), hearing, 0)  # type: ignore[arg-type]
    late = Turn(clock)
    clock.advance(1)
    overdue.give(late)
    assert late.is_over
    assert not any(lane.firsts for lane in hearing)


def test_a_lane_that_breaks_keeps_the_batch_from_no_other(caplog: pytest.LogCaptureFixture) -> None:
    overdue, hearing = Overdue(), lanes(3)
    hearing[1].is_broken = True
    overdue.add(batch("E_A", 1), hearing, 0)  # type: ignore[arg-type]
    overdue.give(turn(10))
    assert [lane.firsts for lane in hearing] == [[1], [], [1]]
    assert "a subscription to E_A broke at 1 events" in caplog.text
