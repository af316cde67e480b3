"""Differences in words."""

from __future__ import annotations

from tui.render.difference import save_note


def test_passwords_that_will_be_readable_are_counted() -> None:
    assert save_note({"plain_passwords": 2, "copy": "x.bak"}).startswith("2 passwords will stand in it as typed")
    assert save_note({"plain_passwords": 0, "copy": "x.bak"}) == "The file as it is will be kept as x.bak."
