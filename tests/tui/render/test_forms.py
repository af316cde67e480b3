"""What a form says beside its fields."""

from __future__ import annotations

import pytest

from tui.render.forms import expiry_words, problem_line
from tui.render.line import plain


@pytest.mark.parametrize(
    ("typed", "before", "left_s", "words"),
    [
        ("", None, None, "never expires"),
        ("", 3600.0, 3425.0, "never expires"),
        ("3600", 3600.0, 3425.0, "expires in 57 min"),
        ("3600", None, None, "expires 1 h 0 min from now"),
        ("90", 3600.0, 3425.0, "expires 1 min 30 s from now"),
        ("soon", 3600.0, 3425.0, "seconds; empty is never"),
        ("0", None, None, "seconds above 0; empty is never"),
        ("nan", None, None, "seconds above 0; empty is never"),
        ("inf", None, None, "seconds above 0; empty is never"),
    ],
)
def test_an_expiry_is_told_as_a_person_would(
    typed: str, before: float | None, left_s: float | None, words: str
) -> None:
    assert expiry_words(typed, before, left_s) == words


def test_a_problem_has_a_sign_and_its_hint() -> None:
    assert plain(problem_line("bad\x1bport", "try 1")) == "✖ bad␣port — try 1"
    assert plain(problem_line("bad port")) == "✖ bad port"
