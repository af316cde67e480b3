"""Events: what they may hold, and how they are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EventError
from engine.event import INT_MAX, INT_MIN, Event


def test_named_positional_and_empty() -> None:
    named = Event.checked("E_X", {"ip": "192.0.2.1", "n": 5, "gone": None})
    assert named.params == (("ip", "192.0.2.1"), ("n", 5), ("gone", None))
    assert not named.is_positional
    listed = Event.checked("E_X", ["a", 3])
    assert listed.params == ((None, "a"), (None, 3))
    assert listed.is_positional
    assert not Event.checked("E_X").is_positional


def test_names_may_repeat_and_the_first_parameter_decides() -> None:
    event = Event.checked("E_X", [("x", 1), ("x", 2), (None, 3)])
    assert [name for name, _ in event.params] == ["x", "x", None]
    assert not event.is_positional
    assert event.values == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("", (), "needs a name"),
        ("E" * 65, (), "at most 64 characters, this one has 65"),
        ("E_X", {"a": 1.5}, "parameter 'a': a value is a string, a 32-bit integer or null, not float"),
        ("E_X", {"a": True}, "not bool"),
        ("E_X", {"a": ["x"]}, "not list"),
        ("E_X", [INT_MAX + 1], "parameter 1: 2147483648 does not fit a 32-bit integer"),
        ("E_X", [INT_MIN - 1], "does not fit"),
        ("E_X", [(3, "x")], "parameter 1: a name is a string, not int"),
        ("E_X", ["a", ("n", 1, 2)], "parameter 2: expected a name and a value, found 3 items"),
        ("E_X", [()], "parameter 1: expected a name and a value, found 0 items"),
    ],
)
def test_what_an_event_cannot_hold_is_refused_with_the_place(name: str, params: object, message: str) -> None:
    with pytest.raises(EventError, match=message.replace("(", r"\(")):
        Event.checked(name, params)  # type: ignore[arg-type]


@given(st.text(min_size=1, max_size=64), st.lists(st.integers(INT_MIN, INT_MAX) | st.text() | st.none()))
def test_everything_an_event_can_hold_is_kept_as_it_is(name: str, values: list[int | str | None]) -> None:
    event = Event.checked(name, values)
    assert event.values == values
    assert event == Event.checked(name, values)
    assert hash(event) == hash(Event.checked(name, values))
