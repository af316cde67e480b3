"""The help screen."""

from __future__ import annotations

from tui.actions import MOVES
from tui.render.line import plain
from tui.screens.help import help_lines


def test_every_key_stands_apart_from_what_it_does() -> None:
    lines = [plain(line).split() for line in help_lines()]
    for keys, text in MOVES:
        assert f"{keys} {text}".split() in lines, keys
