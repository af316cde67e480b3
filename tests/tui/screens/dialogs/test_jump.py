"""Jump mode: a letter over each place, and it goes there."""

from __future__ import annotations

import pytest
from textual.widgets import Button, Input, OptionList

from tests.tui.anywhere import answering
from tests.tui.pilots import Console, console
from tests.tui.world import FakeLink
from tui.keys.jump import labels, targets_of
from tui.screens.dialogs.export import ExportScreen
from tui.screens.dialogs.jump import JumpScreen
from tui.screens.views.stage import StageScreen
from tui.widgets.feed import FeedView
from tui.widgets.subscriptions import SubscriptionsView


def label_at(shown: Console, x: int, y: int) -> str:
    """The letter that stands there."""
    screen = shown.app.screen
    assert isinstance(screen, JumpScreen)
    (found,) = [text for text, target in screen._targets.items() if target.at == (x, y)]
    return found


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_a_letter_goes_to_a_member(size: tuple[int, int]) -> None:
    async with console(FakeLink(), size) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.press("ctrl+o")
        top = view.scrollable_content_region
        await shown.press(label_at(shown, top.x, top.y + 2))
        chosen = view.selected
        assert shown.app.screen is shown.dashboard
        assert chosen is not None
        assert chosen[1] is not None
        assert (chosen[0].id, chosen[1].index) == ("s1", 1)


async def test_a_letter_goes_to_the_feed_and_one_to_another_screen() -> None:
    async with console(FakeLink()) as shown:
        feed = shown.dashboard.query_one(FeedView)
        await shown.press("ctrl+o", label_of(shown, feed.region.x, feed.region.y))
        await shown.until(lambda: feed.has_focus, "the feed")
        text = shown.dashboard.query_one("#footer").render_line(0).text
        await shown.press("ctrl+o")
        await shown.press(label_at(shown, text.index("4 Stage"), 47))
        await shown.until(lambda: isinstance(shown.app.screen, StageScreen), "the stage")


def label_of(shown: Console, x: int, y: int) -> str:
    """The letter that will stand there."""
    targets = targets_of(shown.app.screen)
    return next(text for text, target in zip(labels(len(targets)), targets, strict=True) if target.at == (x, y))


async def test_esc_other_keys_and_the_same_key_lead_back() -> None:
    async with console(FakeLink()) as shown:
        for key in ("escape", "9", "ctrl+o", "space"):
            await shown.press("ctrl+o")
            assert isinstance(shown.app.screen, JumpScreen)
            await shown.press(key)
            assert shown.app.screen is shown.dashboard


async def test_a_click_on_a_letter_goes_there_too() -> None:
    async with console(FakeLink()) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        top = view.scrollable_content_region
        await shown.press("ctrl+o")
        await shown.pilot.click(offset=(top.x + 1, top.y + 1))
        await shown.until(lambda: view.selected and view.selected[1] is not None, "the member")


@pytest.mark.parametrize("keys", [("r",), ("a",), ("e",), ("N",), ("x",)], ids=["raise", "add", "edit", "many", "ask"])
async def test_fields_and_buttons_of_a_form_have_letters(keys: tuple[str, ...]) -> None:
    async with console(answering()) as shown:
        await shown.press(*keys)
        await shown.until(lambda: shown.app.screen.query(Button), "the form")
        await shown.pilot.pause()
        form = shown.app.screen
        button = [one for one in form.query(Button) if one.is_on_screen and one.region][-1]
        await shown.press("ctrl+o", *label_of(shown, button.region.x, button.region.y))
        await shown.until(lambda: button.has_focus, "the focus")
        fields = [one for one in form.query(Input) if one.is_on_screen and one.region]
        if fields:
            await shown.press("ctrl+o", *label_of(shown, fields[0].region.x, fields[0].region.y))
            await shown.until(lambda: fields[0].has_focus, "the focus")


async def test_a_list_of_choices_has_one() -> None:
    async with console(FakeLink()) as shown:
        await shown.press("E", "ctrl+o")
        assert isinstance(shown.app.screen, JumpScreen)
        await shown.press("a")
        assert isinstance(shown.app.screen, ExportScreen)
        assert shown.app.screen.query_one(OptionList).has_focus
