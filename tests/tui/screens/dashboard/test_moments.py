"""Moments: the picture stands still, or, in a recording, shows another one on every screen; the time slider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from engine.health import State
from tests.tui.pilots import Console, console
from tests.tui.recorded import FAILS_AT, STEPS, incident
from tests.tui.world import PIKE, FakeLink, snapshot, story_of_pike
from tui.bundle.link import RecordedLink
from tui.render.line import plain
from tui.render.timeline import moment_at, place_of, timeline_line
from tui.screens.views.inspector import InspectorScreen
from tui.widgets.charts import ChartsView
from tui.widgets.feed import FeedView
from tui.widgets.header import HeaderLine
from tui.widgets.logview import LogView
from tui.widgets.timeline import TimelineView


@asynccontextmanager
async def recording(size: tuple[int, int] = (160, 48)) -> AsyncIterator[tuple[Console, RecordedLink]]:
    """A console on a recording of a minute, at its end."""
    link = RecordedLink(incident())
    async with console(link, size) as shown:
        await shown.until(lambda: "RECORDING" in shown.text("#header"), "the header")
        yield shown, link


async def test_a_frozen_feed_stands_still_and_counts_what_comes() -> None:
    link = FakeLink(records=story_of_pike()[:2])
    async with console(link) as shown:
        feed = shown.app.screen.query_one(FeedView)
        await shown.press("space")
        link.records = story_of_pike()
        await shown.until(lambda: feed.unseen == 2, "what came meanwhile")
        assert feed.line_count() == 1
        assert "frozen, 2 newer" in str(feed.border_title)
        await shown.press("space")
        await shown.until(lambda: feed.line_count() == 3, "the whole feed")


async def test_a_frozen_picture_stands_still_and_the_header_counts_what_came() -> None:
    link = FakeLink()
    async with console(link) as shown:
        assert shown.time is not None
        await shown.press("space")
        shown.time.now += 3
        row = replace(PIKE, version=2, members=(replace(PIKE.members[0], state=State.UP), PIKE.members[1]))
        link.answer = snapshot(row, figures=replace(link.answer.figures, accepted=73_444))
        await shown.until(lambda: "FROZEN 07:27:47, 1,204 events since" in shown.text("#header"), "the badge")
        assert "next try in 17.6 s" in shown.text()
        assert "E_ACC_CDR" in shown.text()
        await shown.press("space")
        await shown.until(lambda: "E_ACC_CDR" not in shown.text(), "the live picture")
        await shown.until(lambda: "FROZEN" not in shown.text("#header"), "no badge")


async def test_it_opens_at_the_end_and_says_so() -> None:
    async with recording() as (shown, link):
        assert link.position == STEPS - 1
        assert "RECORDING 07:27:47" in shown.text("#header")
        bar = shown.text("#timeline")
        assert bar.startswith(" 07:26:47 ├")
        assert "●┤ 07:27:47" in bar
        assert bar.count("✖") == 1
        assert "Feed ─ recorded" in str(shown.dashboard.query_one("#feed").border_title)


async def test_each_key_shows_another_moment() -> None:
    async with recording() as (shown, link):
        await shown.press("comma", "comma")
        assert link.position == STEPS - 3
        await shown.until(lambda: "RECORDING 07:27:43" in shown.text("#header"), "the header")
        await shown.press("full_stop")
        assert link.position == STEPS - 2
        await shown.press("less_than_sign")
        assert link.position == 0
        await shown.press("greater_than_sign")
        assert link.position == STEPS - 1


async def test_a_moment_shows_the_states_the_figures_and_the_feed_of_then() -> None:
    async with recording() as (shown, link):
        assert "✖ FAILED" in shown.text()
        assert "ip=192.0.2.30" in shown.text("#feed")
        link.go_to(FAILS_AT)
        await shown.press("comma")
        await shown.until(lambda: "✖ FAILED" not in shown.text(), "the states")
        newest = shown.lines("#feed")[0]
        assert f"ip=192.0.2.{FAILS_AT - 1} " in newest
        assert "accepted    10/s" in shown.text("#header")
        assert f"{20 * (FAILS_AT - 1)} ✓" in shown.text()
        await shown.press("full_stop")
        await shown.until(lambda: "✖ FAILED" in shown.text(), "the states")
        assert f"ip=192.0.2.{FAILS_AT} " in shown.lines("#feed")[0]


async def test_a_feed_that_stands_still_goes_along() -> None:
    async with recording() as (shown, _):
        await shown.press("2", "down", "down", "comma")
        await shown.until(lambda: "ip=192.0.2.29 " in shown.lines("#feed")[0], "the feed")


async def test_time_stands_still_and_so_do_the_rates() -> None:
    async with recording() as (shown, _):
        before = shown.text("#header"), shown.text()
        for _ in range(80):
            await shown.app.pump.ask()
        shown.dashboard.show_news()
        assert (shown.text("#header"), shown.text()) == before


async def test_a_click_goes_where_the_bar_was_clicked() -> None:
    async with recording() as (shown, link):
        await shown.pilot.click("#timeline", offset=(11, 0))
        await shown.pilot.pause()
        assert link.position == 0
        middle = shown.text("#timeline").index("┤") // 2 + 5
        await shown.pilot.click("#timeline", offset=(middle, 0))
        await shown.pilot.pause()
        assert abs(link.position - STEPS // 2) <= 1


async def test_the_slider_can_have_the_focus() -> None:
    async with recording() as (shown, link):
        shown.dashboard.query_one(TimelineView).focus()
        await shown.press("left", "h", "l")
        assert link.position == STEPS - 2
        await shown.press("home")
        assert link.position == 0
        await shown.press("G")
        assert link.position == STEPS - 1


async def test_its_ends_are_said() -> None:
    async with recording() as (shown, _):
        await shown.press("full_stop")
        assert "This is the end of the recording" in shown.toasts
        await shown.press("less_than_sign", "comma")
        assert "This is the beginning of the recording" in shown.toasts


@pytest.mark.parametrize("key", ["comma", "full_stop", "less_than_sign", "greater_than_sign"])
async def test_an_engine_that_runs_has_no_slider(key: str) -> None:
    async with console(FakeLink()) as shown:
        assert not shown.dashboard.query(TimelineView)
        await shown.press(key)
        assert any("Only a recording" in one for one in shown.toasts)


async def test_a_recording_is_not_frozen() -> None:
    async with recording() as (shown, _):
        await shown.press("space")
        assert not shown.app.pump.is_frozen
        assert any("stands still" in one for one in shown.toasts)


async def test_members_and_deliveries_are_inspected_at_a_moment() -> None:
    async with recording() as (shown, link):
        link.go_to(FAILS_AT)
        await shown.press("comma", "down", "enter")
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")
        await shown.until(lambda: "● UP" in shown.said("#inspection"), "the member")
        assert "Settings in force" in shown.said("#inspection")
        await shown.press("escape", "2", "enter")
        await shown.until(lambda: "Its way" in shown.said("#inspection"), "the delivery")
        assert '"method": "E_PIKE_BLOCKED"' in shown.said("#inspection")


async def test_log_audit_and_charts_end_at_the_moment() -> None:
    async with recording() as (shown, _):
        await shown.press("comma", "5")
        await shown.until(lambda: shown.app.screen.query(LogView), "the log")
        await shown.until(lambda: shown.app.screen.query_one(LogView).kept == 1, "its lines")
        await shown.press("5", "A")
        await shown.until(lambda: "pause_member" in shown.said("#audit"), "the trail")
        assert "resume_member" not in shown.said("#audit")
        await shown.press("escape", "3")
        await shown.until(lambda: shown.app.screen.query(ChartsView), "the charts")
        await shown.until(lambda: shown.app.pump.history.track() is not None, "their past")
        assert "RECORDING 07:27:45" in _header(shown)


def _header(shown: Console) -> str:
    return shown.app.screen.query_one(HeaderLine).render_line(0).text


async def test_a_recording_is_exported_again(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.userfiles.places.export_folder", lambda: tmp_path)
    async with recording() as (shown, _):
        await shown.press("E", *["down"] * 7, "enter")
        await shown.until(lambda: any("incident" in one for one in shown.toasts), "the toast")


async def test_it_has_room_at_80_columns() -> None:
    async with recording((80, 24)) as (shown, _):
        bar = shown.text("#timeline")
        assert len(bar) <= 80
        assert ", . step" in bar
        await shown.press("comma")
        await shown.until(lambda: "RECORDING 07:27:45" in shown.text("#header"), "the header")


@pytest.mark.parametrize("width", [1, 20, 40, 80, 160, 300])
def test_the_bar_fits_and_leads_back_to_where_it_was_clicked(width: int) -> None:
    walls = [100.0 + 2 * step for step in range(15)]
    if width > 22:
        assert len(plain(timeline_line(walls, 7, [3], width))) == width
    for cells in (15, 40, 100):
        assert [moment_at(walls, place_of(walls, step, cells), cells) for step in range(15)] == list(range(15))


def test_a_bar_of_one_moment_stands() -> None:
    assert "├●" in plain(timeline_line([5.0], 0, [], 80))
    assert moment_at([5.0], 30, 40) == 0
