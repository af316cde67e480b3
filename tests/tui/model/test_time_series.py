"""The past that charts are made of."""

from __future__ import annotations

import math
import tracemalloc
from array import array

import pytest
from msgspec.structs import replace

from engine.view.snapshot import SubscriptionRow
from tests.tui.world import CDR, NOTHING, NOW, PIKE, snapshot
from tui.model.time_series import EVERYTHING, MAX_TRACKS, MAX_WANTED, History, Key, Measure, Track, slots


def told(seconds: int, *, per_second: int = 4) -> History:
    """A history of some seconds, asked four times each."""
    history = History()
    for quarter in range(4 * seconds + 1):
        done = quarter * per_second // 4
        row = awake(replace(PIKE, delivered=done, waiting=quarter), NOW + quarter / 4)
        figures = replace(NOTHING, delivered=done, waiting=quarter)
        history.note(snapshot(row, at=NOW + quarter / 4, figures=figures))
    return history


def awake(row: SubscriptionRow, at: float) -> SubscriptionRow:
    """The row, whose second member took something just now, and whose first one did so long ago."""
    first, second = row.members
    first = replace(first, latency_now_s=(9.0, 9.0, 9.0), took_at=NOW - 100)
    second = replace(second, latency_now_s=(0.001, 0.002, 0.003), took_at=at, delivered=row.delivered, in_flight=5)
    return replace(row, members=(first, second))


def track(history: History, name: Key = EVERYTHING) -> Track:
    found = history.track(name)
    assert found is not None
    return found


def test_a_rate_a_second_of_everything_and_of_each_subscription() -> None:
    history = told(5)
    for name in (EVERYTHING, Key("s1"), Key("s1", 1)):
        assert track(history, name).values(Measure.DELIVERIES, 60) == [4.0] * 5
        assert track(history, name).values(Measure.IN_FLIGHT, 60) == [5.0] * 5
        assert track(history, name).values(Measure.P90, 60) == pytest.approx([0.002] * 5)
    for name in (EVERYTHING, Key("s1")):
        assert track(history, name).values(Measure.WAITING, 60) == [4.0, 8.0, 12.0, 16.0, 20.0]
    assert track(history, Key("s1", 0)).values(Measure.DELIVERIES, 60) == [0.0] * 5
    assert history.version == 5


def test_longer_spans_are_coarser_and_keep_the_highest_of_what_waits() -> None:
    history = told(130)
    assert track(history).values(Measure.DELIVERIES, 3_600) == [4.0] * 13
    assert track(history).values(Measure.WAITING, 3_600)[0] == 40.0
    assert track(history).values(Measure.DELIVERIES, 86_400) == [4.0] * 2
    assert [slots(span) for span in (60, 300, 3_600, 86_400)] == [60, 300, 360, 1_440]


def test_what_is_kept_is_bounded() -> None:
    history = told(700)
    assert len(track(history).values(Measure.DELIVERIES, 300)) == 300
    many = tuple(replace(CDR, id=f"s{number}") for number in range(2 * MAX_TRACKS))
    crowded = History()
    for second in range(3):
        crowded.note(snapshot(*many, at=NOW + second))
    assert sum(crowded.track(Key(row.id)) is not None for row in many) == MAX_TRACKS


def test_a_subscription_that_ended_is_forgotten_and_another_engine_starts_anew() -> None:
    history = told(3)
    history.note(snapshot(at=NOW + 10, figures=replace(NOTHING, delivered=100)))
    assert history.track(Key("s1")) is None
    history.note(snapshot(at=NOW + 20, figures=NOTHING))
    assert history.track() is None


def test_a_silence_is_filled_with_its_mean() -> None:
    history = History()
    history.note(snapshot(at=NOW, figures=NOTHING))
    history.note(snapshot(at=NOW + 10, figures=replace(NOTHING, delivered=50)))
    assert track(history).values(Measure.DELIVERIES, 60) == [5.0] * 10


def test_where_nothing_was_taken_there_is_no_latency() -> None:
    history = told(3)
    done = history.at
    history.note(snapshot(awake(PIKE, done), at=done + 20, figures=replace(NOTHING, delivered=20)))
    values = track(history, Key("s1", 0)).values(Measure.P99, 60) + track(history).values(Measure.P99, 60)[3:]
    assert len(values) > 20
    assert all(map(math.isnan, values))


def test_a_merged_latency_is_the_highest_of_those_that_there_are() -> None:
    one = Track()
    for second in range(10):
        one.add(array("f", [1, 0, 0, 0, *([math.nan, math.nan, math.nan] if second else [0.5, 0.6, 0.7])]))
    assert one.values(Measure.P90, 3_600) == pytest.approx([0.6])


def test_what_somebody_looks_at_is_kept_before_others() -> None:
    many = tuple(replace(CDR, id=f"s{number}") for number in range(2 * MAX_TRACKS))
    history = History()
    last = Key(many[-1].id, 2)
    history.want(last)
    for number in range(MAX_WANTED - 1):
        history.want(Key(f"gone{number}"))
    for second in range(3):
        history.note(snapshot(*many, at=NOW + second))
    assert history.track(last) is not None


def test_a_track_of_a_day_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        one, sample = Track(), array("f", range(7))
        for _ in range(90_000):
            one.add(sample)
        assert tracemalloc.get_traced_memory()[0] < 80_000
    finally:
        tracemalloc.stop()
    assert len(one.values(Measure.P99, 86_400)) == 1_440
