"""The line of the footer: what it has room for, and where its entries stand."""

from __future__ import annotations

from tui.render.footer import Entry, entry_at, footer_line
from tui.render.line import plain

LEFT = [Entry("r", "Raise", "r"), Entry("p", "Pause", "p", is_enabled=False)]

TABS = [Entry("1", "Dashboard", "1", is_current=True), Entry("2", "Feed", "2")]

HELP = [Entry("?", "Help", "question_mark")]


def test_the_line_has_everything_where_it_fits() -> None:
    line, placed = footer_line(LEFT, TABS, HELP, 130)
    assert plain(line).split() == ["r", "Raise", "p", "Pause", "[1", "Dashboard]", "2", "Feed", "?", "Help"]
    for one in placed:
        assert entry_at(placed, one.start) == entry_at(placed, one.end - 1) == one.entry
    assert entry_at(placed, 0) is None


def test_screens_are_named_by_their_key_alone_where_it_is_narrow() -> None:
    assert plain(footer_line(LEFT, TABS, HELP, 80)[0]).split() == ["r", "Raise", "p", "Pause", "[1]", "2", "?", "Help"]


def test_what_has_no_room_goes_from_the_left_part() -> None:
    line, _ = footer_line(LEFT, TABS, HELP, 26)
    assert plain(line).split() == ["r", "Raise", "[1]", "2", "?", "Help"]


def test_what_does_not_apply_is_faint() -> None:
    line, _ = footer_line(LEFT, TABS, HELP, 130)
    assert next(part.role for part in line if "Pause" in part.text) == "faint"
