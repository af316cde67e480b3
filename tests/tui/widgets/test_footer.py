"""The footer shows what applies here, and what is clicked in it is done."""

from __future__ import annotations

import pytest

from tests.tui.pilots import Console, console
from tests.tui.world import FakeLink, snapshot
from tui.screens.views.charts import ChartsScreen
from tui.screens.views.help import HelpScreen
from tui.screens.views.stage import StageScreen
from tui.widgets.footer import ActionBar
from tui.widgets.subscriptions import Place, SubscriptionsView


def bar(shown: Console) -> ActionBar:
    return shown.app.screen.query_one(ActionBar)


def text(shown: Console) -> str:
    return bar(shown).render_line(0).text


def faint(shown: Console) -> list[str]:
    """The words of what does not apply."""
    return [one.entry.word for one in bar(shown)._placed if not one.entry.is_enabled]


async def click(shown: Console, words: str) -> None:
    at = text(shown).index(words)
    await shown.pilot.click(ActionBar, offset=(at, 0))
    await shown.pilot.pause()


@pytest.mark.parametrize("width", [80, 120, 160, 300])
async def test_screens_and_help_are_always_there(width: int) -> None:
    async with console(FakeLink(), (width, 48)) as shown:
        assert "? Help" in text(shown)
        for key in "12345":
            assert key in text(shown)


async def test_member_actions_apply_to_members_alone() -> None:
    async with console(FakeLink()) as shown:
        assert faint(shown) == ["Pause", "Kill/revive", "Test"]
        await shown.press("down")
        await shown.until(lambda: faint(shown) == [], "a member is selected")
        await shown.press("up")
        await shown.until(lambda: faint(shown) != [], "a subscription is selected")


async def test_receivers_that_are_not_the_labs_cannot_be_killed() -> None:
    link = FakeLink()
    link.answers["lab_receivers"] = [{"subscription": "s1", "member": 1, "receiver": "pike"}]
    async with console(link) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        view.select(Place("s1", 0))
        await shown.until(lambda: faint(shown) == ["Kill/revive"], "the footer")
        await shown.press("K")
        assert shown.toasts[-1] == "No receiver of the lab is behind this member, so it is left alone"
        assert link.commands == []
        view.select(Place("s1", 1))
        await shown.until(lambda: faint(shown) == [], "the footer")


async def test_nothing_applies_when_everything_is_gone() -> None:
    link = FakeLink()
    async with console(link) as shown:
        link.answer = snapshot()
        words = ["Remove", "Edit", "Pause", "Kill/revive", "Test"]
        await shown.until(lambda: faint(shown) == words, "the footer")
        await shown.press("x", "e", "p")
        await shown.until(lambda: len(shown.toasts) == 3, "an answer to each key")


async def test_the_screen_that_is_shown_stands_in_brackets() -> None:
    async with console(FakeLink()) as shown:
        assert "[1 Dashboard]" in text(shown)
        for key, word in (("2", "[2 Feed]"), ("3", "[3 Charts]"), ("4", "[4 Stage]"), ("5", "[5 Log]")):
            await shown.press(key)
            await shown.until(lambda word=word: word in text(shown), word)


async def test_clicks_do_what_the_keys_do() -> None:
    async with console(FakeLink()) as shown:
        await click(shown, "4 Stage")
        assert isinstance(shown.app.screen, StageScreen)
        await click(shown, "3 Charts")
        assert isinstance(shown.app.screen, ChartsScreen)
        await click(shown, "2 Feed")
        await shown.until(lambda: shown.dashboard.query_one("#feed").has_focus, "the feed")
        await click(shown, "? Help")
        assert isinstance(shown.app.screen, HelpScreen)


async def test_a_click_on_what_does_not_apply_says_why() -> None:
    async with console(FakeLink()) as shown:
        await click(shown, "p Pause")
        await shown.until(lambda: shown.toasts, "the toast")
        assert shown.toasts == ["Select a member first (↑ ↓)"]
