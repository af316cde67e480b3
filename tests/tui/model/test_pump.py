"""The pump: when it asks, what it makes of answers, and how it bears not getting any."""

from __future__ import annotations

import logging

import pytest
from msgspec.structs import replace

from tests.tui.world import NOW, WALL, FakeLink, FakeTime, pumped, snapshot, story_of_pike
from tui.model.pump import Pump


async def test_time_goes_on_between_answers() -> None:
    pump, _, time = pumped()
    await pump.ask()
    time.now += 1.5
    assert pump.now() == pytest.approx(NOW + 1.5)
    assert pump.wall() == pytest.approx(WALL + 1.5)


async def test_the_feed_is_asked_for_what_is_new_only() -> None:
    pump, link, _ = pumped()
    await pump.ask()
    assert pump.deliveries.next_record == 7
    link.records = ()
    await pump.ask()
    assert len(pump.deliveries.lines) == 3


async def test_a_failure_is_kept_in_words_logged_once_and_over_with_the_next_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pump, link, time = pumped()
    await pump.ask()
    link.failure = RuntimeError("the engine is gone")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            time.now += 1
            await pump.ask()
    assert (pump.failure, pump.is_stale, pump.silent_s) == ("the engine is gone", True, 3)
    assert len(caplog.records) == 1
    link.failure = None
    await pump.ask()
    assert (pump.failure, pump.is_stale, pump.silent_s) == (None, False, 0)


def test_the_engine_is_asked_at_every_second_beat_and_half_as_often_when_drawing_is_slow() -> None:
    pump, _, _ = pumped()
    assert [pump.beat() for _ in range(8)] == [False, True] * 4
    for _ in range(20):
        pump.note_frame(0.1)
    assert pump.is_slow
    assert sum(pump.beat() for _ in range(8)) == 2
    for _ in range(20):
        pump.note_frame(0.005)
    assert not pump.is_slow


async def test_another_engine_begins_a_new_feed() -> None:
    pump, link, _ = pumped()
    await pump.ask()
    link.answer = replace(link.answer, next_record=1)
    link.records = ()
    await pump.ask()
    assert not pump.deliveries.lines
    assert pump.deliveries.next_record == 1


async def test_the_lines_of_another_engine_have_numbers_that_no_line_had() -> None:
    link = FakeLink(records=story_of_pike())
    pump = Pump(link, FakeTime())
    await pump.ask()
    before = {one.number for one in pump.deliveries.lines}
    link.answer = snapshot(next_record=3)
    await pump.ask()
    assert before
    assert pump.deliveries.lines
    assert not before & {one.number for one in pump.deliveries.lines}
