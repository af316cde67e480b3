"""The `params` of raise_event: every form that is accepted, and what its values become.

See docs/event-interface.md, 4.1, D14.
"""

from __future__ import annotations

from typing import Any

from engine.errors import CommandError
from engine.event import Param, Value
from engine.mi.jsontext import JsonObject, compact, decode, int32, is_number, kind


def event_params(given: Any) -> tuple[Param, ...]:
    """The event's parameters.

    - An array is positional; its numbers become strings ("3"), as OpenSIPS does.
    - A string that holds a JSON object is named: numbers become 32-bit integers (clamped, the fraction cut), strings
      stay, and everything else (true, false, null, nested values) becomes its JSON text, as OpenSIPS means to do.
    - An object is an addition, named as well; null stays null there, and what an event cannot carry is refused.

    Names may repeat.

    Raises:
        CommandError: 400 "Bad Params" or "No Params" for everything else; `data` says what cannot be carried.
    """
    if isinstance(given, list):
        return tuple((None, _item(position, value)) for position, value in enumerate(given, 1))
    if isinstance(given, JsonObject):
        return _named(given)
    if isinstance(given, str):
        return tuple((name, _text_value(name, value)) for name, value in _object_in(given))
    if is_number(given):
        raise _bad("expected an object, an array or a string with a JSON object, found a number")
    raise CommandError(400, "No Params", f"expected an object, an array or a string, found {kind(given)}")


def _object_in(text: str) -> JsonObject:
    try:
        value = decode(text)
    except ValueError:
        raise _bad("the string holds no JSON object") from None
    if not isinstance(value, JsonObject):
        raise _bad(f"the string holds {kind(value)}, not a JSON object")
    return value


def _named(members: JsonObject) -> tuple[Param, ...]:
    return tuple((name, _value(name, value)) for name, value in members)


def _value(name: str, value: Any) -> Value:
    if value is None or isinstance(value, str):
        return value
    if is_number(value):
        return int32(value)
    raise _bad(f"parameter {name!r}: an event carries strings, integers and null, not {kind(value)}")


def _text_value(name: str, value: Any) -> Value:
    if isinstance(value, str):
        return value
    if is_number(value):
        return int32(value)
    try:
        return compact(value)
    except ValueError as error:
        raise _bad(f"parameter {name!r}: {error}") from None


def _item(position: int, value: Any) -> str:
    if isinstance(value, str):
        return value
    if is_number(value):
        return str(int32(value))
    raise _bad(f"item {position}: an array of parameters holds strings and numbers, not {kind(value)}")


def _bad(data: str) -> CommandError:
    return CommandError(400, "Bad Params", data)
