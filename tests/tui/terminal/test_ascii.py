"""A console in ASCII: every sign has a stand-in of the same width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.pilots import console
from tui.render.figures import bar, trend
from tui.terminal.ascii import ascii_only


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_it_is_ascii_of_the_same_width(text: str) -> None:
    made = ascii_only(text)
    assert made.isascii()
    assert cell_len(made) == cell_len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1m● UP\x1b[0m", "\x1b[1m* UP\x1b[0m"),
        ("✖ FAILED", "x FAILED"),
        (bar(0.5, 6), "###---"),
        (trend([0, 1, 2, 4], 4), "_.:#"),
        ("guest:•••@h", "guest:***@h"),
    ],
)
def test_signs_keep_their_meaning(text: str, expected: str) -> None:
    assert ascii_only(text) == expected


async def test_every_sign_of_the_dashboard_has_a_stand_in_of_its_own() -> None:
    async with console() as shown:
        text = shown.text() + shown.text("#header")
        assert "?" in ascii_only("◔")
        assert "?" not in ascii_only(text)
