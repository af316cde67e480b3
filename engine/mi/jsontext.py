"""JSON as OpenSIPS reads and writes it: the first value of a text, repeated names kept, any bytes in strings."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from engine.event import INT_MAX, INT_MIN


class Pieces(tuple[bytes, ...]):
    """JSON text in pieces: of long answers, which are made in slices and written piece by piece."""

    __slots__ = ()

    @property
    def size(self) -> int:
        """Bytes of the text."""
        return sum(map(len, self))

    @property
    def whole(self) -> bytes:
        """In one piece."""
        return b"".join(self)


class JsonObject(tuple[tuple[str, Any], ...]):
    """A decoded object: its members as (name, value) pairs in order. Names may repeat."""

    __slots__ = ()


def decode(data: bytes | str) -> Any:
    """The first JSON value of `data`; what stands behind it is ignored (docs/event-interface.md, 4.2).

    Bytes that are not UTF-8 become lone surrogates (`surrogateescape`). A NUL byte ends the text, as it does in C.

    Raises:
        ValueError: when there is no value, or a string holds `\\u0000` or half of a surrogate pair, which no event
            can carry (captured: both are refused).
    """
    text = data if isinstance(data, str) else data.decode("utf-8", "surrogateescape")
    text = text.partition("\0")[0].lstrip(_BLANKS)
    try:
        value, end = _DECODER.raw_decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _refuse_unusable_escapes(text[:end])
    return value


def decode_whole(text: str) -> Any:
    """The JSON value that a person typed; unlike with `decode`, nothing else may stand behind it.

    Raises:
        json.JSONDecodeError: with the position of what is wrong.
    """
    try:
        value, end = _DECODER.raw_decode(text, len(text) - len(text.lstrip(_BLANKS)))
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", text, 0) from None
    rest = text[end:].lstrip(_BLANKS)
    if rest:
        raise json.JSONDecodeError("nothing more is expected", text, len(text) - len(rest))
    _refuse_unusable_escapes(text)
    return value


def encode(value: Any) -> bytes:
    """`value` as compact JSON, which is always valid, and valid UTF-8: everything that MI answers comes through here.

    Bytes that were not UTF-8, and halves of surrogate pairs, become U+FFFD; a number that is not finite becomes null.
    """
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        return _readable(_ENCODER.encode(value)).encode()
    except ValueError:
        return encode(_finite(value))


def encode_harmless(value: Any) -> bytes:
    """The same value, with every sign that is not printable written as an escape: it steers no terminal."""
    text = encode(value).decode()
    return (text if text.isprintable() else "".join(map(_shown, text))).encode()


def text_of(value: Any) -> str:
    """`value` as compact JSON text, in which bytes that were not UTF-8 stay what they are: lone surrogates."""
    return _ENCODER.encode(value)


def compact(value: Any) -> str:
    """A decoded value as the compact JSON text that OpenSIPS' receivers get of it; bytes that are not UTF-8 stay.

    Raises:
        ValueError: it is nested too deeply.
    """
    try:
        return _compact(value)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def is_number(value: object) -> bool:
    """Whether a decoded value is a JSON number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def int32(number: float) -> int:
    """A JSON number as a 32-bit integer: clamped, the fraction cut (captured)."""
    if type(number) is int and INT_MIN <= number <= INT_MAX:
        return number  # nearly always
    return int(max(INT_MIN, min(INT_MAX, number)))


def kind(value: object) -> str:
    """What a decoded value is, in JSON's words, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, JsonObject):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return "a string" if isinstance(value, str) else "a number"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=JsonObject, parse_constant=_no_constant, strict=False)
_BLANKS = " \t\r\n"
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


def _shown(sign: str) -> str:
    return sign if sign.isprintable() else json.dumps(sign)[1:-1]


def _readable(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(member) for name, member in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def _compact(value: Any) -> str:
    if isinstance(value, JsonObject):
        return "{" + ",".join([f"{_ENCODER.encode(name)}:{_compact(member)}" for name, member in value]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([_compact(item) for item in value]) + "]"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > INT_MAX):
        return _shortest(value)
    return _ENCODER.encode(value)


def _shortest(number: float) -> str:
    """A number as C's %g writes it, with as many digits as it takes; one that no double holds is null there."""
    try:
        as_double = float(number)
    except OverflowError:
        return "null"
    if not math.isfinite(as_double):
        return "null"
    text = f"{as_double:.15g}"
    return text if float(text) == as_double else f"{as_double:.17g}"


def _refuse_unusable_escapes(text: str) -> None:
    """Looks at the escapes, not at the decoded string: there, an escaped half of a pair and a byte that was not UTF-8
    look the same."""
    if "\\u" not in text:
        return
    high_end: int | None = None  # where the second half of a pair has to start
    for match in _ESCAPE.finditer(text):
        code = int(match[1], 16) if match[1] else -1
        is_low = 0xDC00 <= code <= 0xDFFF
        is_pending = high_end is not None
        if code == 0 or is_low != is_pending or (is_pending and match.start() != high_end):
            raise json.JSONDecodeError(f"unusable escape {match[0]}", text, match.start())
        high_end = match.end() if 0xD800 <= code <= 0xDBFF else None
    if high_end is not None:
        raise json.JSONDecodeError("half of a surrogate pair", text, high_end)
