"""Forms: what was typed, as an event; and what is wrong with a socket, at its column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogue import ParamInfo
from engine.errors import EventError
from engine.event import Event, Param, Value
from tui.render.line import plain
from tui.render.typed import (
    Kind,
    can_be_typed,
    event_of,
    field_texts,
    marked,
    params_typed,
    preview,
    text_of,
    value_of,
)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("42", "free", 42),
        ("-7", "int", -7),
        ("42", "string", "42"),
        ('"42"', "free", "42"),
        ("null", "free", None),
        ("null", "string", "null"),
        ("192.0.2.1", "free", "192.0.2.1"),
        ('"', "free", '"'),
    ],
)
def test_values(text: str, kind: Kind, value: Value) -> None:
    assert value_of(text, kind) == value


@given(st.none() | st.integers(-(2**31), 2**31 - 1) | st.text() | st.from_regex(r'"?[+-]?[0-9]{0,3}(null)?"?'))
def test_what_stands_for_a_value_is_read_as_that_value(value: Value) -> None:
    text = text_of(value)
    assert text
    assert value_of(text, "free") == value


def test_an_integer_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(EventError, match="duration: expected a whole number, found 'soon'"):
        event_of("E", [("duration", "soon", "int")], is_positional=False)
    with pytest.raises(EventError, match="32-bit"):
        event_of("E", [("n", "99999999999", "int")], is_positional=False)


def test_parameters_by_name_and_by_position() -> None:
    typed: list[tuple[str, str, Kind]] = [("ip", "192.0.2.1", "string"), ("", "", "free"), ("n", "3", "free")]
    assert event_of("E", typed, is_positional=False) == Event("E", (("ip", "192.0.2.1"), ("n", 3)))
    assert event_of("E", typed, is_positional=True) == Event("E", ((None, "192.0.2.1"), (None, 3)))


def test_a_named_parameter_needs_its_name() -> None:
    with pytest.raises(EventError, match="parameter 2 needs a name"):
        event_of("E", [("a", "1", "free"), ("", "2", "free")], is_positional=False)


@pytest.mark.parametrize(
    ("params", "can_be"),
    [
        ((("ip", "192.0.2.1"), ("n", 3), ("ip", None), ("e", "")), True),
        (((None, 42), (None, "42"), (None, "null")), True),
        ((), True),
        ((("ip", "two\nlines"),), False),
        ((("", "x"),), False),
        ((("a", 1), (None, 2)), False),
    ],
)
def test_fields_stand_for_exactly_the_parameters_that_filled_them_or_say_so(
    params: tuple[Param, ...], can_be: bool
) -> None:
    known = [ParamInfo("ip", "string"), ParamInfo("n", "int"), ParamInfo("other", "string")]
    texts = field_texts(known, params)
    assert can_be_typed(texts, params) is can_be
    is_positional = bool(params) and params[0][0] is None
    names = [one.name for one in texts]
    assert ("other" in names) is not is_positional
    if can_be:
        typed = [one.typed for one in texts]
        assert event_of("E", typed, is_positional=is_positional).params == params


def test_what_cannot_be_understood_stays_a_text() -> None:
    typed: list[tuple[str, str, Kind]] = [("n", "soon", "int"), ("", "", "free"), ("m", "3", "int")]
    assert params_typed(typed, is_positional=False) == [("n", "soon"), ("m", 3)]
    assert params_typed(typed, is_positional=True) == [(None, "soon"), (None, 3)]


def test_the_preview_is_what_goes_out() -> None:
    assert preview(Event("E_X", (("ip", "1.2.3.4"),))) == '{"jsonrpc":"2.0","method":"E_X","params":{"ip":"1.2.3.4"}}'


def test_a_problem_is_marked_under_its_column_with_its_hint() -> None:
    socket = "virtual:FAILOVER rabitmq:h/q udp:a:1"
    problem = {"column": 18, "message": "unknown prefix rabitmq:", "member": 1, "hint": "did you mean rabbitmq:?"}
    text, marker, words = (plain(line) for line in marked(socket, [problem], 80))
    assert text == socket
    assert text[marker.index("▲") :].startswith("rabitmq")
    assert words == "✖ member 1, column 18: unknown prefix rabitmq: — did you mean rabbitmq:?"


def test_a_long_socket_is_shown_around_its_problem() -> None:
    socket = "virtual:PARALLEL " + "udp:127.0.0.1:9000 " * 20 + "oops:x"
    column = socket.index("oops") + 1
    problem = {"column": column, "message": "unknown prefix", "member": 21, "hint": None}
    text, marker, _ = (plain(line) for line in marked(socket, [problem], 60))
    assert len(text) < 60
    assert text[marker.index("▲") :].startswith("oops")


def test_a_password_is_not_repeated_and_the_sign_stays_under_its_column() -> None:
    socket = "rabbitmq:joe:s3cretpw@10.0.0.9:70000/e"
    problem = {"column": 32, "message": "a port", "member": None, "hint": None}
    text, marker, _ = (plain(line) for line in marked(socket, [problem], 80))
    assert text == "rabbitmq:joe:••••••••@10.0.0.9:70000/e"
    assert marker.index("▲") == 31
