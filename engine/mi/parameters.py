"""Parameters of MI commands: which signature a call means, and what its values are.

See docs/event-interface.md, 4.1, 4.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from engine.errors import CommandError
from engine.mi.envelope import INVALID_PARAMS, RequestParams
from engine.mi.jsontext import JsonObject, int32, is_number

Signature: TypeAlias = tuple[str, ...]
Arguments: TypeAlias = Mapping[str, Any]

_DECIMAL = re.compile(r"-?[0-9]+")


def bind(params: RequestParams, signatures: tuple[Signature, ...]) -> Arguments:
    """The arguments by name, which must be as they are written, case included (captured). A list is bound by position;
    the number of parameters chooses the signature.

    Raises:
        CommandError: -32602, in OpenSIPS' words, when no signature fits.
    """
    fitting = [signature for signature in signatures if len(signature) == len(params)]
    if not fitting:
        raise invalid_params("Too few or too many parameters")
    if not isinstance(params, JsonObject):
        if len(fitting) > 1:
            raise invalid_params("Ambiguous call, use named parameters instead")
        return dict(zip(fitting[0], params, strict=True))
    given = dict(params)
    for signature in fitting:
        if given.keys() == set(signature):
            return given
    raise invalid_params("Named parameters do not match")


def string(arguments: Arguments, name: str) -> str:
    """A parameter that is a string; a number stands for its integer text.

    Raises:
        CommandError: -32602 for every other type.
    """
    value = arguments[name]
    if isinstance(value, str):
        return value
    if is_number(value):
        return str(int32(value))
    raise bad_type(name)


def integer(arguments: Arguments, name: str) -> int:
    """A parameter that is an integer: a number (its fraction is cut) or decimal text, clamped to 32 bits.

    Raises:
        CommandError: -32602 for everything else.
    """
    value = arguments[name]
    if is_number(value):
        return int32(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int32(float(value))
    raise bad_type(name)


def bad_type(name: str) -> CommandError:
    """The error for a parameter of the wrong type."""
    return invalid_params(f"Bad type for parameter '{name}'")


def invalid_params(data: str) -> CommandError:
    """-32602 with what is wrong."""
    return CommandError(INVALID_PARAMS, "Invalid params", data)
