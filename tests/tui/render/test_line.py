"""Lines are exactly as wide as they are told to be, whatever is in them."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.render.line import Part, cell, fitted, plain, shortened, squeezed, width_of
from tui.terminal.safe_text import clean


@pytest.mark.parametrize("text", ["", "short", "a rather long text", "日本語のイベント", "日本", "✓✓✖"])
@pytest.mark.parametrize("width", [0, 1, 2, 5, 8, 40])
def test_a_cell_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(cell(text, width).text) == width
    assert cell_len(cell(text, width, right=True).text) == width


@pytest.mark.parametrize("width", [0, 1, 7, 12, 60])
def test_a_fitted_line_has_exactly_its_width(width: int) -> None:
    line = (Part(" ▶ "), Part("日本語", "bad"), Part(" and the rest"))
    assert width_of(fitted(line, width)) == width


def test_what_is_cut_off_is_shown_as_an_ellipsis() -> None:
    assert shortened("E_PIKE_BLOCKED", 8) == "E_PIKE_…"
    assert shortened("E_PIKE", 8) == "E_PIKE"


def test_a_socket_keeps_its_end() -> None:
    assert squeezed("flatstore:/var/log/switchboard/pike.log", 20) == "flatsto…ard/pike.log"


def test_nothing_from_outside_can_move_the_cursor() -> None:
    assert clean("a\x1b[2Jb\r\n\u202ec\udcff") == "a␣[2Jb␣␣␣c␣"


def test_figures_stand_at_the_right() -> None:
    assert plain((cell("42", 5, right=True),)) == "   42"
