"""The past that charts are made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui.world import CDR, NOTHING, NOW, PIKE, snapshot
from tui.history import EVERYTHING, MAX_TRACKS, History, Measure, Track, slots


def told(seconds: int, *, per_second: int = 4) -> History:
    """A history of some seconds, asked four times each."""
    history = History()
    for quarter in range(4 * seconds + 1):
        done = quarter * per_second // 4
        row = replace(PIKE, delivered=done, waiting=quarter)
        figures = replace(NOTHING, delivered=done, waiting=quarter)
        history.note(snapshot(row, at=NOW + quarter / 4, figures=figures))
    return history


def track(history: History, name: str = EVERYTHING) -> Track:
    found = history.track(name)
    assert found is not None
    return found


def test_a_rate_a_second_of_everything_and_of_each_subscription() -> None:
    history = told(5)
    for name in (EVERYTHING, "s1"):
        assert track(history, name).values(Measure.DELIVERIES, 60) == [4.0] * 5
        assert track(history, name).values(Measure.WAITING, 60) == [4.0, 8.0, 12.0, 16.0, 20.0]
    assert track(history, "s1").values(Measure.P50, 60)[-1] == pytest.approx(0.0021)
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
    assert sum(crowded.track(row.id) is not None for row in many) == MAX_TRACKS


def test_a_subscription_that_ended_is_forgotten_and_another_engine_starts_anew() -> None:
    history = told(3)
    history.note(snapshot(at=NOW + 10, figures=replace(NOTHING, delivered=100)))
    assert history.track("s1") is None
    history.note(snapshot(at=NOW + 20, figures=NOTHING))
    assert history.track() is None


def test_a_silence_is_filled_with_its_mean() -> None:
    history = History()
    history.note(snapshot(at=NOW, figures=NOTHING))
    history.note(snapshot(at=NOW + 10, figures=replace(NOTHING, delivered=50)))
    assert track(history).values(Measure.DELIVERIES, 60) == [5.0] * 10
