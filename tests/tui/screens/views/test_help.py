"""The help screen."""

from __future__ import annotations

from textual.widgets import Label

from tests.tui.anywhere import answering, go
from tests.tui.pilots import console
from tui.app.preferences import Preferences
from tui.keys.actions import MOVES
from tui.render.line import plain
from tui.render.policies import policy_lines
from tui.screens.views.help import HelpScreen, help_lines
from tui.widgets.lines import Lines


def test_every_key_stands_apart_from_what_it_does() -> None:
    lines = [plain(line).split() for line in help_lines()]
    for keys, text in MOVES:
        assert f"{keys} {text}".split() in lines, keys


def test_a_word_of_the_policies_is_found_there() -> None:
    assert "take turns" in "\n".join(plain(line) for line in policy_lines(None))
    assert help_lines(text="take turns") == []


async def test_what_is_only_in_the_pictures_of_the_policies_is_not_said_to_be_nowhere() -> None:
    async with console() as shown:
        await shown.press("question_mark", "slash")
        await shown.type("take turns")
        assert "Nothing here" not in shown.said("#help-text")
        assert shown.app.screen.query_one("#help-policies").display
        await shown.type(" zzz")
        assert "Nothing here has 'take turns zzz' in it." in shown.said("#help-text")


async def test_the_help_begins_with_the_screen_that_is_shown_and_finds_words() -> None:
    async with console(answering()) as shown:
        await go(shown, "charts")
        await shown.press("question_mark")
        lines = shown.said("#help-text").splitlines()
        assert lines[0] == "On this screen"
        assert any("A minute, five, an hour" in line for line in lines[:8])
        await shown.press("slash")
        await shown.type("pinned")
        assert [line.split()[0] for line in shown.said("#help-text").splitlines() if line.strip()] == ["Signs", "◆"]
        await shown.press("escape")
        assert len(shown.said("#help-text").splitlines()) > 40
        await shown.press("escape")
        assert not isinstance(shown.app.screen, HelpScreen)


async def test_f1_opens_the_help_of_a_form_and_returns_to_it() -> None:
    async with console(answering()) as shown:
        await go(shown, "edit")
        form = shown.app.screen
        await shown.press("f1")
        assert "  f2            Add member" in shown.said("#help-text")
        assert str(shown.app.screen.query(Label).first().render()).startswith("Help")
        await shown.press("f1")
        assert shown.app.screen is form


async def test_the_pictures_move_while_the_help_is_shown() -> None:
    async with console(answering()) as shown:
        await shown.press("question_mark")
        pictures = shown.app.screen.query_one("#help-policies", Lines)
        first = pictures.lines
        await shown.until(lambda: pictures.lines != first, "the next picture")


async def test_without_motion_the_pictures_stand_still() -> None:
    async with console(answering(), preferences=Preferences(has_motion=False)) as shown:
        await shown.press("question_mark")
        help_screen = shown.app.screen
        assert isinstance(help_screen, HelpScreen)
        pictures = help_screen.query_one("#help-policies", Lines)
        first = pictures.lines
        for _ in range(40):
            help_screen.beat()
        assert pictures.lines == first


async def test_the_help_scrolls_by_keys() -> None:
    async with console(answering(), (80, 24)) as shown:
        await shown.press("question_mark")
        body = shown.app.screen.query_one("#help-body")
        await shown.press("G")
        await shown.until(lambda: body.scroll_offset.y == body.max_scroll_y > 0, "the end")
        await shown.press("g")
        await shown.until(lambda: body.scroll_offset.y == 0, "the beginning")
