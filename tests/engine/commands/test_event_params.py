"""Parameters of an event in the forms that a command takes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands.event_params import event_params
from engine.errors import CommandError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ()),
        ({"a": 1, "b": None}, (("a", 1), ("b", None))),
        (["x", 5], ((None, "x"), (None, 5))),
        ([["a", 1], ("a", 2)], (("a", 1), ("a", 2))),
    ],
)
def test_every_form_is_taken(given: Any, expected: Any) -> None:
    assert event_params(given) == expected


@pytest.mark.parametrize("given", [5, "text", [["a", 1, 2]], {"a": 1.5}, {"a": 2**31}, [[1, 2]], {"a": True}])
def test_what_no_event_can_hold_is_refused(given: Any) -> None:
    with pytest.raises(CommandError) as caught:
        event_params(given)
    assert (caught.value.code, caught.value.message) == (400, "Bad Params")
