"""The header line."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.world import NOTHING, NOW, WALL, FakeLink, FakeTime, busy, snapshot
from tui.model.pump import Pump
from tui.model.rates import Trends
from tui.render.header import Status, header_line, waiting_line
from tui.render.line import plain, width_of


def trends() -> Trends:
    """A minute's worth."""
    pump = Pump(FakeLink(), FakeTime())
    busy(pump)
    pump.trends.note(snapshot())
    return pump.trends


@pytest.mark.parametrize("width", [20, 60, 80, 139, 160, 200])
def test_it_fills_its_width(width: int) -> None:
    assert width_of(header_line(snapshot(), trends(), Status(), WALL, width)) == width


def test_a_wide_one_tells_everything() -> None:
    line = plain(header_line(snapshot(), trends(), Status(), WALL, 170))
    for word in ("LAB", "● up 3 h 12 min", "accepted", "delivered", "sent", "failed", "waiting 12", "undelivered 0"):
        assert word in line
    assert line.endswith("07:27:47 ")


def test_where_there_is_room_the_link_says_how_quickly_the_engine_answers() -> None:
    assert "link  3.1 ms" in plain(header_line(snapshot(), trends(), Status(answer_s=0.0031), WALL, 200))
    gone = Status(silent_s=7.0, is_stale=True, answer_s=0.0031)
    assert "link" not in plain(header_line(snapshot(), trends(), gone, WALL, 200))


def test_trends_tell_of_the_last_five_minutes() -> None:
    past = Trends()
    for second in range(400):
        done = 1_000 * min(second, 150)
        past.note(snapshot(at=NOW + second, figures=replace(NOTHING, accepted=done)))
    assert f"accepted     0/s ██{'▁' * 8}" in plain(header_line(snapshot(), past, Status(), WALL, 160))


@pytest.mark.parametrize("width", [80, 140, 160])
def test_large_figures_never_cut_off_what_was_lost(width: int) -> None:
    large = replace(snapshot().figures, waiting=1_240_000, undelivered=7_814_333)
    line = plain(header_line(snapshot(figures=large), trends(), Status(), WALL, width))
    assert "7,814,333 " in line
    assert "1,240,000 " in line
    assert line.endswith(" 07:27:47 ")


def test_a_narrow_one_keeps_health_rates_and_the_clock() -> None:
    line = plain(header_line(snapshot(), trends(), Status(), WALL, 80))
    for word in ("LAB", "● up 3 h 12 min", "✓", "✖", "wait 12", "lost 0", "07:27:47"):
        assert word in line


def test_an_engine_that_does_not_answer_is_the_first_thing_to_see() -> None:
    status = Status(silent_s=7.0, is_stale=True, failure="connection lost")
    line = plain(header_line(snapshot(), Trends(), status, WALL, 160))
    assert line.startswith(" LAB   ✖ no answer from the engine since 07:27:40: connection lost")


def test_a_stopping_engine_and_a_slow_screen_say_so() -> None:
    line = plain(header_line(snapshot(is_stopping=True), Trends(), Status(is_slow=True), WALL, 160))
    assert "engine is stopping" in line
    assert "drawing slowly" in line


def test_before_the_first_answer() -> None:
    assert "waiting for the engine" in plain(waiting_line(Status(), 80))
    assert "no answer from the engine: refused" in plain(waiting_line(Status(failure="refused"), 80))
