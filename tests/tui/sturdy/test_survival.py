"""What breaks in the console is shown, logged and survived, and the engine does not hear of it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, NoReturn

import pytest
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Label

import tui
from tests.tui.pilots import console
from tests.tui.test_real_engine import EVENT, raised, real_console
from tests.tui.world import FakeLink, story_of_pike
from tui.app.application import SwitchboardApp
from tui.app.console import show_console
from tui.app.preferences import USUAL
from tui.screens.dashboard.screen import DashboardScreen
from tui.screens.views.charts import ChartsScreen
from tui.sturdy.survival import KINDS_MAX, Sturdy
from tui.widgets.feed import FeedView
from tui.widgets.header import HeaderLine
from tui.widgets.lineview import LineView
from tui.widgets.stage import StageView
from tui.widgets.subscriptions import SubscriptionsView


def broken(*_args: object, **_options: object) -> NoReturn:
    raise ZeroDivisionError("out of order")


def screen_text(app: SwitchboardApp) -> str:
    """What the terminal shows."""
    app.screen.refresh()
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips[:height] if width)


async def test_a_part_that_cannot_be_drawn_says_so_and_the_engine_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with real_console(tmp_path, may_break=True) as shown:
        with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
            patched.setattr(SubscriptionsView, "line_of", broken)
            shown.dashboard.query_one(SubscriptionsView)._strips.clear()
            await shown.press("down")
            words = "SubscriptionsView broke: ZeroDivisionError: out of order"
            await shown.until(lambda: words in screen_text(shown.app), "the words")
            assert any(words in toast for toast in shown.toasts)
            assert any(record.exc_info and words in record.message for record in caplog.records)
            await raised(shown)
            await shown.until(lambda: EVENT in shown.text("#feed"), "the feed goes on")
        await shown.press("escape")
        await shown.until(lambda: not shown.dashboard.query_one(SubscriptionsView)._breakage, "it heals")
        assert EVENT in shown.text()


@pytest.mark.parametrize(("view", "method"), [(SubscriptionsView, "show"), (FeedView, "show"), (HeaderLine, "show")])
async def test_news_that_a_part_cannot_take_reach_the_others(
    view: type[LineView], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = FakeLink(records=story_of_pike())
    async with console(link, may_break=True) as shown:
        with monkeypatch.context() as patched:
            patched.setattr(view, method, broken)
            await shown.until(lambda: f"{view.__name__} broke" in screen_text(shown.app), "the words")
            others = {"E_ACC_CDR", "passed over", "skipped"} & set(screen_text(shown.app).split())
            assert others
        await shown.until(lambda: not shown.dashboard.query_one(view)._breakage, "it heals")


async def test_a_screen_whose_picture_fails_says_so_and_can_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async with console(may_break=True) as shown:
        monkeypatch.setattr(StageView, "picture", broken)
        await shown.press("4")
        await shown.until(lambda: "StageView broke" in screen_text(shown.app), "the words")
        await shown.press("escape")
        assert shown.app.screen is shown.dashboard
        assert not shown.app.breakage


async def test_a_screen_that_cannot_be_set_up_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    async with console(may_break=True) as shown:
        monkeypatch.setattr(ChartsScreen, "on_mount", broken)
        await shown.press("3")
        await shown.until(lambda: shown.app.screen is shown.dashboard, "the dashboard again")
        assert any("ChartsScreen broke" in toast for toast in shown.toasts)
        await shown.press("down")
        assert shown.dashboard.query_one(SubscriptionsView).selected is not None


@pytest.mark.parametrize("action", ["sort", "toggle_pause", "help", "show_log"])
async def test_an_action_that_fails_is_told(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {"sort": "s", "toggle_pause": "p", "help": "question_mark", "show_log": "5"}
    owner: type[Any] = DashboardScreen if hasattr(DashboardScreen, f"action_{action}") else SwitchboardApp
    async with console(may_break=True) as shown:
        with monkeypatch.context() as patched:
            patched.setattr(owner, f"action_{action}", broken)
            await shown.press("down", keys[action])
            await shown.until(lambda: any("out of order" in toast for toast in shown.toasts), "the toast")
        await shown.press("s")
        assert any("in order" in toast for toast in shown.toasts)


async def test_a_worker_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with console(may_break=True) as shown:
        monkeypatch.setattr(DashboardScreen, "command", broken)
        await shown.press("down", "p")
        await shown.until(lambda: any("out of order" in toast for toast in shown.toasts), "the toast")
        assert not shown.app.breakage


async def test_a_handler_that_fails_leaves_its_widget_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    async with console(may_break=True) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        with monkeypatch.context() as patched:
            patched.setattr(SubscriptionsView, "on_click", broken)
            await shown.pilot.click(SubscriptionsView, offset=(10, 3))
            await shown.until(lambda: any("out of order" in toast for toast in shown.toasts), "the toast")
        await shown.pilot.click(SubscriptionsView, offset=(10, 3))
        await shown.until(lambda: view.selected is not None, "the selection")
        assert view.is_running


async def test_what_breaks_again_and_again_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with console(may_break=True) as shown:
        for number in range(500):
            shown.app.broke("part", ZeroDivisionError(f"again, the {number}th time"))
        await shown.pilot.pause()
        assert len([toast for toast in shown.toasts if "again" in toast]) == 1
        ((kind, (times, _)),) = shown.app.breakages.items()
        assert times == 500
        for number in range(500):
            shown.app.breakages[str(number)] = (1, 0.0)
            shown.app.broke("part", ZeroDivisionError("again"))
        assert shown.app.breakages[kind][0] > 500
        assert len(shown.app.breakages) <= KINDS_MAX


async def test_a_foreign_widget_that_dies_has_the_console_start_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fragile(Label):
        def on_key(self, _event: Key) -> None:
            broken()

    async with console(may_break=True) as shown:
        fragile = Fragile("fragile")
        fragile.can_focus = True
        await shown.dashboard.mount(fragile)
        fragile.focus()
        await shown.press("b")
        await shown.until(lambda: shown.app.breakage == "ZeroDivisionError: out of order", "the end")


async def test_a_dashboard_that_cannot_be_set_up_ends_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DashboardScreen, "on_mount", broken)
    app = SwitchboardApp(FakeLink())
    async with app.run_test() as pilot:
        await pilot.pause()
    assert app.breakage
    assert app.return_code == 1


def test_the_console_that_starts_anew_is_as_locked_as_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    apps: list[SwitchboardApp] = []

    def run(app: SwitchboardApp) -> None:
        apps.append(app)
        if len(apps) == 1:
            assert app.link.turn()
            app.start_anew(ZeroDivisionError("out of order"))

    monkeypatch.setattr(SwitchboardApp, "run", run)
    assert show_console(FakeLink(), "test", USUAL) == 0
    first, second = apps
    assert first is not second
    assert second.pump.lock == "LOCKED"
    assert "out of order" in second.preferences.notices[-1]


def test_one_that_cannot_go_on_ends_with_exit_code_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(SwitchboardApp, "run", lambda app: app.start_anew(ZeroDivisionError("out of order")))
    assert show_console(FakeLink(), "test", USUAL) == 1


def test_every_screen_and_form_of_the_console_is_sturdy() -> None:
    for kind in _below(Screen):
        if kind.__module__.startswith(f"{tui.__name__}."):
            assert issubclass(kind, Sturdy), kind


def _below(kind: type[Any]) -> list[type[Any]]:
    return [one for child in kind.__subclasses__() for one in (child, *_below(child))]


HURRIED = {
    "jump": ("ctrl+o", "a", "a", "a"),
    "jump left": ("ctrl+o", "escape", "escape", "escape", "escape"),
    "copy": ("y", "s", "s", "s"),
    "export": ("E", "enter", "enter", "enter"),
    "pick": ("f7", "enter", "enter", "enter"),
    "help": ("question_mark", "escape", "escape", "escape"),
    "charts": ("3", "escape", "escape", "escape"),
    "add": ("a", "escape", "escape", "escape"),
    "inspector": ("down", "enter", "escape", "escape", "escape"),
}


@pytest.mark.parametrize("keys", HURRIED.values(), ids=HURRIED)
async def test_keys_in_a_hurry_take_nothing_away_but_what_they_are_for(keys: tuple[str, ...]) -> None:
    async with console(may_break=True) as shown:
        *opening, closing = [keys[: len(keys) - 3], keys[-3:]]
        await shown.press(*opening[0])
        for key in closing:
            character = key if len(key) == 1 else None
            shown.app.post_message(Key(key, character))  # without waiting for what the one before did
        await shown.pilot.pause(0.3)
        await shown.press("escape", "escape", "1")
        assert shown.app.screen is shown.dashboard
        assert not shown.app.breakages
