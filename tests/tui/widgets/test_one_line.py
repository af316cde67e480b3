"""Views of one line."""

from __future__ import annotations

from tui.render.line import Part, plain
from tui.widgets.one_line import OneLineView


def test_it_has_one_line_cut_to_the_width_and_nothing_below() -> None:
    view = OneLineView()
    view.line = (Part("all that is said"),)
    assert view.line_count() == 1
    assert plain(view.line_of(0, 8)).startswith("all tha")
    assert len(plain(view.line_of(0, 8))) == 8
    assert plain(view.line_of(1, 8)).strip() == ""


def test_another_line_is_painted_anew() -> None:
    view = OneLineView()
    before = view.key_of(0)
    assert view.key_of(0) == before
    view.line = (Part("another"),)
    assert view.key_of(0) != before
