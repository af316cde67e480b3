"""An event in short."""

from __future__ import annotations

import pytest

from engine.event import Event, Param
from tui.model.event_text import VALUE_MAX, parameters


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ((("ip", "192.0.2.11"), ("count", 3)), "ip=192.0.2.11 count=3"),
        (((None, "a"), (None, None)), "a null"),
        ((), ""),
        ((("a\x1b", "b\n"),), "a␣=b␣"),
        ((("long", "x" * 100),), "long=" + "x" * (VALUE_MAX - 1) + "…"),
        ((("just", "x" * VALUE_MAX),), "just=" + "x" * VALUE_MAX),
    ],
)
def test_parameters_are_told_in_their_order_and_safe_to_show(params: tuple[Param, ...], text: str) -> None:
    assert parameters(Event("E_A", params)) == text


def test_of_many_parameters_the_first_are_told() -> None:
    params = tuple((None, number) for number in range(1_000))
    assert parameters(Event("E_A", params)) == " ".join(map(str, range(12)))
