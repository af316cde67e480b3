"""Text from outside, made safe for a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.safe_text import clean


@given(st.text())
def test_nothing_that_is_left_steers_a_terminal_and_no_sign_is_lost(text: str) -> None:
    shown = clean(text)
    assert len(shown) == len(text)
    assert shown.isprintable()
    assert clean(shown) == shown


def test_letters_and_signs_of_the_world_stay() -> None:
    assert clean("Zürich ✓ 東京") == "Zürich ✓ 東京"
    assert clean("a\x1b[2J\r\nb\x7f\u202ec\udce9") == "a␣[2J␣␣b␣␣c␣"
