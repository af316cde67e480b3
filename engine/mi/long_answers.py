"""Long answers, made of JSON in slices: the state of the engine, and lists of subscribers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from msgspec import Struct

from engine.mi.jsontext import Pieces, encode, encode_harmless
from engine.slices import Steps
from engine.view.codec import named
from engine.view.snapshot import EngineSnapshot, Figures, MemberRow, SubscriptionRow

REASON_MAX = 300
"""Characters of a reason that are shown: at most 200 of a peer's words, and our own around them."""

NESTED = 4
"""How deep answers are taken apart; what is nested deeper there is short."""

PIECE = 65_536
"""Bytes from which on a piece is not made larger."""

_Names = tuple[str, ...]


def told(snapshot: EngineSnapshot) -> Steps[Pieces]:
    """A snapshot as JSON, field by field as its classes have them."""
    head = {**_told(snapshot, _SNAPSHOT), "figures": _told(snapshot.figures, _FIGURES)}
    return (yield from with_list(head, "subscriptions", map(_row, snapshot.subscriptions)))


def pieces_of(answer: Any) -> Steps[Pieces]:
    """The answer of a command as JSON. Whatever a peer said steers no terminal that it is printed on."""
    if isinstance(answer, EngineSnapshot):
        return (yield from told(answer))
    pieces: list[bytes] = []
    begun = bytearray()
    for part in _parts(named(answer), NESTED):
        begun += part
        if len(begun) >= PIECE:
            pieces.append(bytes(begun))
            begun.clear()
        yield
    return Pieces((*pieces, bytes(begun)))


def _parts(value: Any, depth: int) -> Iterator[bytes]:
    """JSON bit by bit: lists and objects member by member, as deep as lists in answers are long."""
    if not depth or not value or not isinstance(value, dict | list | tuple):
        yield encode_harmless(value)
    elif isinstance(value, dict):
        mark = b"{"
        for name, member in value.items():
            yield mark + encode_harmless(name) + b":"
            yield from _parts(member, depth - 1)
            mark = b","
        yield b"}"
    else:
        mark = b"["
        for item in value:
            yield mark
            yield from _parts(item, depth - 1)
            mark = b","
        yield b"]"


def with_list(head: dict[str, Any], name: str, items: Iterable[bytes | Pieces]) -> Steps[Pieces]:
    """`head` as JSON, with one more member: an array of what is JSON already, and is made one by one."""
    pieces: list[bytes] = []
    begun = bytearray(encode(head)[:-1])
    begun += (b"," if head else b"") + encode(name) + b":["
    comma = b""
    for item in items:
        begun += comma
        comma = b","
        for part in item if isinstance(item, Pieces) else (item,):
            begun += part
            if len(begun) >= PIECE:
                pieces.append(bytes(begun))
                begun.clear()
        yield
    return Pieces((*pieces, bytes(begun) + b"]}"))


def _row(row: SubscriptionRow) -> bytes:
    told = {**_told(row, _SUBSCRIPTION), "members": [_told(member, _MEMBER) for member in row.members]}
    told["last_undelivered"] = words_shown(told["last_undelivered"])
    for member in told["members"]:
        member["error"] = words_shown(member["error"])
    return encode(told)


def words_shown(reason: str | None) -> str | None:
    """A reason as MI shows it: a peer's own words may be in it, so it is one line without control characters, cut."""
    if reason is None:
        return None
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in reason)
    return line if len(line) <= REASON_MAX else f"{line[: REASON_MAX - 1]}…"


def _names_of(kind: type[Struct], *left_out: str) -> _Names:
    return tuple(name for name in kind.__struct_fields__ if name not in left_out)


def _told(row: Any, names: _Names) -> dict[str, Any]:
    return dict(zip(names, attrgetter(*names)(row), strict=True))


_MEMBER = _names_of(MemberRow)
_SUBSCRIPTION = _names_of(SubscriptionRow, "members")
_FIGURES = _names_of(Figures)
_SNAPSHOT = _names_of(EngineSnapshot, "subscriptions", "figures")
