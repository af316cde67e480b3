from __future__ import annotations

from typing import Any

import pytest

from engine.errors import CommandError
from engine.mi.jsontext import JsonObject
from engine.mi.parameters import bind, integer, string

SUBSCRIBE = (("event", "socket"), ("event", "socket", "expire"))


def test_positions_and_names_lead_to_the_same_arguments() -> None:
    assert bind(["E", "s", 5], SUBSCRIBE) == {"event": "E", "socket": "s", "expire": 5}
    assert bind(JsonObject([("socket", "s"), ("event", "E")]), SUBSCRIBE) == {"event": "E", "socket": "s"}
    assert bind([], ((), ("event",))) == bind(JsonObject(), ((), ("event",))) == {}


@pytest.mark.parametrize(
    ("params", "data"),
    [
        ([], "Too few or too many parameters"),
        (["E"], "Too few or too many parameters"),
        (["E", "s", 1, 2], "Too few or too many parameters"),
        (JsonObject([("event", "E"), ("socket", "s"), ("expires", 1)]), "Named parameters do not match"),
        (JsonObject([("socket", "s"), ("Event", "E")]), "Named parameters do not match"),
        (JsonObject([("event", "E"), ("event", "s")]), "Named parameters do not match"),
    ],
)
def test_calls_that_fit_no_signature_are_refused(params: Any, data: str) -> None:
    with pytest.raises(CommandError) as caught:
        bind(params, SUBSCRIBE)
    assert (caught.value.code, caught.value.message, caught.value.data) == (-32602, "Invalid params", data)


def test_two_signatures_of_one_length_need_names() -> None:
    signatures = (("event", "id"), ("event", "socket"))
    assert bind(JsonObject([("event", "E"), ("socket", "s")]), signatures) == {"event": "E", "socket": "s"}
    with pytest.raises(CommandError, match="Ambiguous call, use named parameters instead"):
        bind(["E", "s"], signatures)


@pytest.mark.parametrize(("value", "expected"), [("x", "x"), ("", ""), (5, "5"), (1.9, "1"), (1e12, "2147483647")])
def test_strings_may_be_numbers(value: object, expected: str) -> None:
    assert string({"p": value}, "p") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(60, 60), (1.9, 1), (2147483648, 2147483647), ("60", 60), ("-3", -3), ("007", 7), ("9" * 5000, 2147483647)],
)
def test_integers_may_be_text(value: object, expected: int) -> None:
    assert integer({"p": value}, "p") == expected


@pytest.mark.parametrize("value", [None, True, "", " 5 ", "1h", "abc", "1.5", "٣", [], JsonObject()])
def test_other_types_are_refused_by_name(value: object) -> None:
    with pytest.raises(CommandError) as caught:
        integer({"expire": value}, "expire")
    assert (caught.value.code, caught.value.data) == (-32602, "Bad type for parameter 'expire'")


@pytest.mark.parametrize("value", [None, False, [], JsonObject()])
def test_what_is_neither_string_nor_number_is_no_string(value: object) -> None:
    with pytest.raises(CommandError, match="Bad type for parameter 'event'"):
        string({"event": value}, "event")
