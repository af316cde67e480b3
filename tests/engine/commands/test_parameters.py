"""Kinds of parameters, as the signature of a command declares them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands.context import Context
from engine.commands.parameters import (
    EventParams,
    Free,
    Kind,
    ManyEventParams,
    Parameter,
    Socket,
    Sockets,
    converted,
    parameters_of,
    value_of,
)
from engine.errors import CommandError


def everything(
    _context: Context,
    text: str,
    whole: int,
    number: float,
    flag: bool,
    socket: Socket,
    sockets: Sockets,
    event: EventParams,
    events: ManyEventParams,
    free: Free,
    maybe: str | None = None,
) -> None:
    """Takes one of each."""


PARAMETERS = parameters_of(everything)


def test_the_kind_of_each_is_read_from_its_type() -> None:
    assert [one.kind for one in PARAMETERS] == [*Kind, Kind.TEXT]
    assert [one.name for one in PARAMETERS if not one.is_required] == ["maybe"]
    assert [one.name for one in PARAMETERS if one.is_empty_allowed] == ["free", "maybe"]


def of(kind: Kind) -> Parameter:
    return Parameter("it", kind, True, False)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (Kind.TEXT, "", ""),
        (Kind.WHOLE, "12", 12),
        (Kind.WHOLE, 12, 12),
        (Kind.NUMBER, "-1.5", -1.5),
        (Kind.NUMBER, 3, 3),
        (Kind.FLAG, "true", True),
        (Kind.FLAG, 0, False),
        (Kind.FLAG, False, False),
        (Kind.SOCKET, "udp:h:1", "udp:h:1"),
        (Kind.SOCKETS, ["udp:h:1", 5], ["udp:h:1", 5]),
        (Kind.EVENT, {"a": 1}, (("a", 1),)),
        (Kind.EVENT, ["x"], ((None, "x"),)),
        (Kind.EVENTS, [{"a": 1}, [["b", None]]], [(("a", 1),), (("b", None),)]),
        (Kind.FREE, object, object),
    ],
)
def test_a_value_becomes_what_the_command_takes(kind: Kind, given: Any, expected: Any) -> None:
    assert value_of(of(kind), given) == expected


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (Kind.TEXT, 5, "it: expected a string, found int"),
        (Kind.TEXT, None, "it: expected a string, found NoneType"),
        (Kind.WHOLE, -1, "it: expected a whole number from 0, found -1"),
        (Kind.WHOLE, "1.0", "it: expected a whole number from 0"),
        (Kind.NUMBER, "nan", "it: expected a number, found 'nan'"),
        (Kind.NUMBER, True, "it: expected a number, found True"),
        (Kind.FLAG, "perhaps", "it: expected true or false, found 'perhaps'"),
        (Kind.SOCKET, ["udp:h:1"], "it: expected a string, found list"),
        (Kind.EVENT, 5, "expected a mapping or a list, found int"),
        (Kind.EVENTS, "x", "it: expected a list, found str"),
        (Kind.EVENTS, [{}, {"t": True}], "event 2: parameter 't': .* not bool; nothing was raised"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Kind, given: Any, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        value_of(of(kind), given)


def test_names_that_are_missing_or_unknown_are_told() -> None:
    two = PARAMETERS[:2]
    assert converted(two, {"text": "x", "whole": "3"}) == {"text": "x", "whole": 3}
    with pytest.raises(CommandError, match="missing: text, whole"):
        converted(two, {})
    with pytest.raises(CommandError, match="unknown: b; there are text, whole"):
        converted(two, {"text": "x", "whole": 1, "b": 2})


def test_nothing_may_stand_for_what_may_be_nothing() -> None:
    maybe = PARAMETERS[-1:]
    assert converted(maybe, {"maybe": None}) == {"maybe": None}
    assert converted(maybe, {}) == {}
