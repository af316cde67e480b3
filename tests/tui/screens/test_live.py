"""What the dashboard and the screens beside it have in common: one timer, one of them asks, and commands."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from textual.message_pump import MessagePump
from textual.timer import Timer

from tests.tui.anywhere import PLACES, answering, go, settle
from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.model.pump import BEATS_PER_ASK, Pump
from tui.screens.live import LiveScreen
from tui.screens.views.stage import StageScreen
from tui.widgets.lines import Lines
from tui.widgets.subscriptions import SubscriptionsView


async def test_a_covered_dashboard_does_not_ask() -> None:
    link = FakeLink()
    async with console(link) as shown:
        dashboard = shown.dashboard
        await shown.press("question_mark")
        before = link.asked
        for _ in range(8):
            dashboard.pass_on_beat()
            await shown.pilot.pause()
        assert link.asked == before
        link.answer = replace(link.answer, label="OTHER")
        await shown.press("escape")
        await shown.until(lambda: "OTHER" in shown.text("#header"), "fresh data")


async def test_a_silent_engine_is_said_and_survived() -> None:
    link = FakeLink()
    async with console(link) as shown:
        assert shown.time is not None
        link.failure = RuntimeError("the engine is gone")
        shown.time.now += 3
        view = shown.app.screen.query_one(SubscriptionsView)
        await shown.until(lambda: view.is_stale, "old data")
        await shown.until(lambda: "no answer from the engine since 07:27:47" in shown.text("#header"), "the header")
        await shown.press("down", "p")
        await shown.until(lambda: "the engine is gone" in shown.toasts, "the toast")
        link.failure = None
        await shown.until(lambda: not view.is_stale, "fresh data")


async def test_one_timer_beats_whatever_screens_were_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[object] = []
    begin = MessagePump.set_interval

    def noted(pump: MessagePump, *args: Any, name: str | None = None, **options: Any) -> Timer:
        names.append(name)
        return begin(pump, *args, name=name, **options)

    monkeypatch.setattr(MessagePump, "set_interval", noted)
    async with console(answering()) as shown:
        await shown.press("3", "4", "5", "w", "w", "question_mark", "escape")
        assert shown.app.screen is shown.dashboard
    assert names.count("pump") == 1


@pytest.mark.parametrize("key", ["3", "4", "5", "w"])
async def test_the_screen_that_is_shown_asks_as_it_beats(key: str) -> None:
    link = answering()
    async with console(link) as shown:
        await shown.press(key)
        assert shown.app.screen is not shown.dashboard
        before = link.asked
        await shown.until(lambda: link.asked >= before + 3, "the questions")


def test_a_screen_without_its_widgets_yet_leaves_a_beat_out() -> None:
    pump = Pump(FakeLink())
    screen = StageScreen(FakeLink(), pump)
    assert not screen.is_there
    for _ in range(BEATS_PER_ASK):
        screen.beat()
    assert pump.snapshot is None
    assert pump.failure is None


async def test_the_lab_s_receiver_is_turned_from_every_screen_and_told_in_the_same_words() -> None:
    link = answering()
    link.answers["toggle_receiver"] = {"receiver": "pike", "running": True}
    async with console(link) as shown:
        await shown.press("down", "K")
        await shown.until(lambda: shown.toasts.count("receiver pike runs again") == 1, "the toast")
        await shown.press("4", "K")
        await shown.until(lambda: shown.toasts.count("receiver pike runs again") == 2, "the second toast")


async def test_the_pump_hears_how_long_news_take() -> None:
    async with console() as shown:
        assert shown.time is not None
        before = shown.app.pump.frame_s
        with shown.dashboard.timed():
            shown.time.now += 0.5
        await shown.until(lambda: shown.app.pump.frame_s > before, "the frame")


LIVE = [place for place, (_, screen) in PLACES.items() if issubclass(screen, LiveScreen)]


@pytest.mark.parametrize("place", LIVE)
async def test_each_asks_while_it_is_shown_and_not_while_it_is_covered(place: str) -> None:
    link = answering()
    async with console(link, (120, 32)) as shown:
        await go(shown, place)
        screen = shown.app.screen
        await settle(shown, link)
        await shown.press("f1")
        before, pictures = link.asked, shown.app.screen.query_one("#help-policies", Lines)
        for _ in range(2):
            lines = pictures.lines
            await shown.until(lambda lines=lines: pictures.lines != lines, "the help moves with the console's timer")
        assert link.asked == before
        await shown.press("escape")
        assert shown.app.screen is screen
        await shown.until(lambda: link.asked > before, "it asks at once for what was missed")
