"""How many lines a log takes."""

from __future__ import annotations

import logging

from engine.log.rate import UNPACED, Allowance, Pace
from tests.support.clock import FakeClock


def record(level: int = logging.INFO, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("engine", level, "", 0, "line", (), None)
    made.__dict__.update(more)
    return made


def test_an_allowance_is_a_burst_and_then_a_rate() -> None:
    allowance = Allowance(3, 0.5)
    assert [allowance.take(10.0) for _ in range(5)] == [True, True, True, False, False]
    assert [allowance.take(12.0) for _ in range(2)] == [True, False]
    assert [allowance.take(1000.0) for _ in range(5)] == [True, True, True, False, False]


def test_a_clock_that_stands_still_gives_nothing_back() -> None:
    allowance = Allowance(1, 100.0)
    assert [allowance.take(5.0) for _ in range(3)] == [True, False, False]


def test_what_is_left_out_is_counted_and_told_once() -> None:
    clock = FakeClock()
    pace = Pace(10, 1.0, clock.now)
    assert sum(pace.filter(record()) for _ in range(10_000)) == 10
    clock.advance(4.0)
    assert pace.told() == "9,990 lines were left out here within 4 s: too many came at once"
    assert pace.told() is None


def test_a_flood_of_information_leaves_room_for_errors() -> None:
    pace = Pace(10, 1.0, FakeClock().now)
    assert sum(pace.filter(record()) for _ in range(1_000)) == 10
    assert pace.filter(record(logging.ERROR))


def test_a_record_is_decided_once_for_all_handlers() -> None:
    pace = Pace(10, 1.0, FakeClock().now)
    records = [record() for _ in range(20)]
    first = [pace.filter(each) for each in records]
    assert [pace.filter(each) for each in records] == first
    assert sum(first) == 10
    told = pace.told()
    assert told is not None
    assert told.startswith("10 lines were left out")


def test_what_is_counted_elsewhere_is_never_left_out() -> None:
    pace = Pace(1, 1.0, FakeClock().now)
    assert all(pace.filter(record(**UNPACED)) for _ in range(100))
    assert pace.told() is None
