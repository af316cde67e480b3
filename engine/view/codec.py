"""The one writer and the one reader of what leaves the engine: JSON of declared types, checked as it is read.

Bundles hold it, and whatever talks to an engine from afar. A field that the reader does not know is left out, and one
that is missing has its default, so that an older and a newer program understand each other. What is written as an array
(`array_like`) grows at its end only.

Texts that are not UTF-8 carry their bytes as lone surrogates. JSON can say them as escapes, and msgspec cannot, so what
holds one goes through the standard library: seldom, and several times as slow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

import msgspec

from engine.bounds import NUMBER_MAX
from engine.errors import SwitchboardError
from engine.sizes import CutText

T = TypeVar("T")

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class CodecError(SwitchboardError):
    """Bytes that are not what they should be; the text says where, and what is wrong."""


def encode(value: Any) -> bytes:
    """A value of declared types as JSON, in one line."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def decode(content: bytes, kind: type[T]) -> T:
    """The value of declared types that `encode` wrote.

    Raises:
        CodecError: the bytes hold no such value.
    """
    if _SURROGATE.search(content):
        return typed(decode_plain(content), kind)
    try:
        decoded: T = msgspec.json.decode(content, type=kind, dec_hook=_from_plain)
    except RecursionError:
        raise CodecError("too many lists or mappings in each other") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CodecError(_reason(error)) from error
    return decoded


def plain(value: Any) -> Any:
    """A value of declared types as lists, mappings, texts and numbers."""
    return msgspec.to_builtins(value, enc_hook=_to_plain)


def typed(value: Any, kind: type[T]) -> T:
    """The value of declared types that `plain` made plain.

    Raises:
        CodecError: it is no such value.
    """
    try:
        return msgspec.convert(value, kind, dec_hook=_from_plain)
    except RecursionError:
        raise CodecError("too many lists or mappings in each other") from None
    except msgspec.ValidationError as error:
        raise CodecError(_reason(error)) from error


def decode_plain(content: bytes) -> Any:
    """A JSON document as it stands; its numbers are finite, and none is beyond `NUMBER_MAX`.

    Raises:
        CodecError: it is none.
    """
    try:
        return json.loads(content, parse_constant=_refused, parse_float=_fraction, parse_int=_whole)
    except RecursionError:
        raise CodecError("too many lists or mappings in each other") from None
    except ValueError as error:
        raise CodecError(str(error)) from error


def named(value: Any) -> Any:
    """The same as `plain`, for people: with the names of all fields, and bytes as hexadecimal digits."""
    if isinstance(value, msgspec.Struct):
        return {name: named(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {str(name): named(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [named(item) for item in value]
    return value.hex() if isinstance(value, bytes) else plain(value)


def _to_plain(value: Any) -> Any:
    if isinstance(value, range):
        return [value.start, value.stop, value.step]
    if isinstance(value, CutText):
        return value.words
    raise NotImplementedError(f"{type(value).__name__} has no form in which it leaves the engine")


def _from_plain(kind: type[Any], value: Any) -> Any:
    if kind is range and isinstance(value, list) and len(value) == 3 and all(type(one) is int for one in value):
        return range(*value)
    raise ValueError(f"expected {kind.__name__}")


_ENCODER = msgspec.json.Encoder(enc_hook=_to_plain)


def _reason(error: Exception) -> str:
    """What msgspec says, with the place before it: `records[3].at: expected ...`."""
    text, _, place = str(error).partition(" - at `$")
    return f"{place.rstrip('`').lstrip('.')}: {text}" if place else text


def _refused(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _fraction(text: str) -> float:
    value = float(text)
    return value if abs(value) <= NUMBER_MAX else _too_large(text)


def _whole(text: str) -> int:
    value = int(text)
    return value if abs(value) <= NUMBER_MAX else _too_large(text)


def _too_large(text: str) -> NoReturn:
    raise ValueError(f"the number {text} is too large")
