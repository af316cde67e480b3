"""What a command's parameters are: declared by the types in its signature, checked the same way at every door."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, get_args, get_origin

from engine.commands.arguments import invalid, whole
from engine.commands.event_params import event_params
from engine.errors import CommandError
from engine.event import Param

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Kind(Enum):
    """What a value may be."""

    TEXT = "a text"
    WHOLE = "a whole number from 0, or its text"
    NUMBER = "a number, or its text"
    FLAG = "true or false"
    SOCKET = "the text of a socket, where the engine may come to send"
    SOCKETS = "the texts of some sockets"
    EVENT = "the parameters of an event"
    EVENTS = "the parameters of some events"
    FREE = "whatever the command itself checks"


Socket = Annotated[str, Kind.SOCKET]
Sockets = Annotated[Sequence[str], Kind.SOCKETS]
EventParams = Annotated[tuple[Param, ...], Kind.EVENT]
ManyEventParams = Annotated[Sequence[tuple[Param, ...]], Kind.EVENTS]
Free = Annotated[Any, Kind.FREE]

_KINDS: Mapping[object, Kind] = {str: Kind.TEXT, int: Kind.WHOLE, float: Kind.NUMBER, bool: Kind.FLAG}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command."""

    name: str
    kind: Kind
    is_required: bool
    is_empty_allowed: bool
    """Whether None may stand for it."""


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The parameters of a command's function, without the context, which comes first.

    Raises:
        TypeError: one has a type that says nothing of its kind.
    """
    _, *declared = inspect.signature(function, eval_str=True).parameters.values()
    return tuple(map(_parameter, declared))


def converted(parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are given for declared parameters, each as its command takes it.

    Raises:
        CommandError: -32602 for one that is missing, unknown, or of another type; 400 for parameters that no event has.
    """
    check_names(parameters, given)
    return {one.name: value_of(one, given[one.name]) for one in parameters if one.name in given}


def check_names(parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> None:
    """Check that what is needed is given, and nothing else.

    Raises:
        CommandError: -32602 with the names.
    """
    known = [one.name for one in parameters]
    missing = [one.name for one in parameters if one.is_required and one.name not in given]
    unknown = sorted(set(given) - set(known))
    if missing:
        raise invalid(f"missing: {', '.join(missing)}")
    if unknown:
        raise invalid(f"unknown: {', '.join(unknown)}; there are {', '.join(known) or 'none'}")


def value_of(parameter: Parameter, value: Any) -> Any:
    """One value as the command takes it.

    Raises:
        CommandError: it is of another kind.
    """
    if value is None and parameter.is_empty_allowed:
        return None
    convert = _CONVERTERS.get(parameter.kind)
    return value if convert is None else convert(value, parameter.name)


def _parameter(declared: inspect.Parameter) -> Parameter:
    annotation = declared.annotation
    choices = get_args(annotation)
    is_empty_allowed = get_origin(annotation) is not Annotated and type(None) in choices
    if is_empty_allowed:
        (annotation,) = (choice for choice in choices if choice is not type(None))
    kind = _kind_of(annotation)
    if kind is None:
        raise TypeError(f"parameter {declared.name}: its type {declared.annotation} says nothing of its kind")
    is_required = declared.default is inspect.Parameter.empty
    return Parameter(declared.name, kind, is_required, is_empty_allowed or kind is Kind.FREE)


def _kind_of(annotation: Any) -> Kind | None:
    if get_origin(annotation) is Annotated:
        return next((one for one in annotation.__metadata__ if isinstance(one, Kind)), None)
    return _KINDS.get(annotation)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"{name}: expected a string, found {type(value).__name__}")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"{name}: expected a number, found {value!r}")
    return value


def _flag(value: Any, name: str) -> bool:
    found = value if isinstance(value, bool) else _FLAGS.get(str(value).lower())
    if found is None:
        raise invalid(f"{name}: expected true or false, found {value!r}")
    return found


def _event(value: Any, name: str) -> tuple[Param, ...]:  # noqa: ARG001 - its errors name the parameter
    return event_params(value)


def _events(value: Any, name: str) -> list[tuple[Param, ...]]:
    if not isinstance(value, list | tuple):
        raise invalid(f"{name}: expected a list, found {type(value).__name__}")
    return list(each_event(value, event_params))


def each_event(listed: Sequence[Any], read: Callable[[Any], tuple[Param, ...]]) -> Iterator[tuple[Param, ...]]:
    """The parameters of some events, each read by `read`. Where one is wrong, the error says which.

    Raises:
        CommandError: 400, as `read` raises it.
    """
    for position, given in enumerate(listed, 1):
        try:
            yield read(given)
        except CommandError as error:
            told = f"event {position}: {error.data}; nothing was raised"
            raise CommandError(error.code, error.message, told) from None


_CONVERTERS: Mapping[Kind, Callable[[Any, str], Any]] = {
    Kind.TEXT: _text,
    Kind.WHOLE: whole,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.SOCKET: _text,
    Kind.EVENT: _event,
    Kind.EVENTS: _events,
}
