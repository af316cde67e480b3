"""Differences in words."""

from __future__ import annotations

from tui.render.difference import changed_only, difference_lines, save_note
from tui.render.line import plain


def test_passwords_that_will_be_readable_are_counted() -> None:
    assert save_note({"plain_passwords": 2, "copy": "x.bak"}).startswith("2 passwords will stand in it as typed")
    assert save_note({"plain_passwords": 0, "copy": "x.bak"}) == "The file as it is will be kept as x.bak."


def test_each_line_keeps_its_sign_and_is_safe_to_show() -> None:
    diff = ["+ tcp:h:1", "- udp:h:2\x1b[2J", "  stays"]
    lines = difference_lines(diff)
    assert [plain(line) for line in lines] == ["+ tcp:h:1", "- udp:h:2␣[2J", "  stays"]
    assert [line[0].role for line in lines] == ["good", "bad", "faint"]
    assert changed_only(diff) == diff[:2]
