"""Why text cannot become bytes."""

from __future__ import annotations

import pytest

from engine.wire.reasons import no_byte_for


def test_the_sign_that_has_no_byte_is_named() -> None:
    with pytest.raises(UnicodeEncodeError) as refusal:
        "fine \udcff, not so \ud800".encode("utf-8", "surrogateescape")
    assert no_byte_for(refusal.value) == "a lone surrogate (U+D800) stands for no byte"
