"""The help screen."""

from __future__ import annotations

from tests.tui.pilots import console
from tui.keys.actions import MOVES
from tui.render.line import plain
from tui.render.policies import policy_lines
from tui.screens.views.help import help_lines


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
