"""Completing a socket as it is typed, by what is known and by the form that each transport's sockets have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.address import MASK, MemberAddress, prefixes, usable_kind
from engine.address.hosts import bracketed
from engine.address.kinds.form_fields import FieldType
from engine.address.masked_member import parse_masked
from engine.errors import SocketTextError

VIRTUAL = tuple(f"virtual:{policy} " for policy in ("PARALLEL", "FAILOVER", "ROUND-ROBIN"))

_HEAD = re.compile(r"virtual:(?:PARALLEL|FAILOVER|ROUND-ROBIN)")
_WORD = re.compile(r"[^ \t]+")


class Piece(NamedTuple):
    """One member's socket in a longer text: its place among the members, from 1, and where it stands."""

    number: int
    start: int
    text: str

    def replaced(self, whole: str, socket: str) -> str:
        """The whole text with another socket in its place."""
        behind = whole[self.start + len(self.text) :]
        gap = " " if self.start and not whole[self.start - 1].isspace() else ""
        return f"{whole[: self.start]}{gap}{socket}{behind}"


def piece_at(text: str, cursor: int) -> Piece:
    """The member at the cursor; behind a blank at the end, the one that could be added there."""
    head = _HEAD.match(text)
    if head is None:
        return Piece(1, 0, text)
    words = [Piece(number, at.start(), at[0]) for number, at in enumerate(_WORD.finditer(text, head.end()), 1)]
    if not words or (cursor == len(text) and text[-1].isspace()):
        return Piece(len(words) + 1, len(text), "")
    return next((word for word in words if cursor <= word.start + len(word.text)), words[-1])


def beginnings() -> tuple[str, ...]:
    """What a member's socket can begin with."""
    return tuple(f"{scheme}:" for scheme in prefixes())


def form_hint(text: str) -> str:
    """The form of the socket that is being typed, or what it can begin with."""
    scheme, colon, _ = text.partition(":")
    kind = usable_kind(scheme) if colon else None
    return " ".join(beginnings()) if kind is None else kind.form


def completed(text: str, known: Iterable[str] = ()) -> str | None:
    """The whole text with its last socket completed; None where there is nothing to suggest.

    First the prefix, then sockets that are in use as far as their passwords are not masked, then hosts that are in use,
    then an example.
    """
    head, blank, last = text.rpartition(" ")
    if not last:
        return None
    if ":" not in last:
        candidates = [*beginnings(), *(() if blank else ("virtual:",))]
    elif last.startswith("virtual:"):
        candidates = [*(() if blank else VIRTUAL)]
    else:
        candidates = list(_candidates(last, tuple(known)))
    found = next((one for one in candidates if one.startswith(last) and one != last), None)
    return None if found is None else f"{head}{blank}{found}"


def _candidates(last: str, known: Sequence[str]) -> Iterator[str]:
    """What a member's socket that begins like this may become, the likeliest first."""
    yield from (socket for socket in known if MASK not in socket)
    kind = usable_kind(last.partition(":")[0])
    if kind is None:
        return
    login, at, _ = last.rpartition("@")
    before = f"{login}{at}" if at and kind.logs_in else f"{kind.scheme}:"
    if any(field.type is FieldType.HOST for field in kind.form_fields):
        hosts = [(type(one) is kind and kind.logs_in, host, port) for one, host, port in _hosts(known)]
        yield from (f"{before}{host}:{port}/" for is_login, host, port in hosts if is_login)
        yield from (f"{before}{host}:" for is_login, host, _ in hosts if not is_login)
    yield kind.example
    yield f"{before}{kind.example.rpartition('@')[2]}"


def _hosts(known: Iterable[str]) -> Iterator[tuple[MemberAddress, str, int]]:
    """The sockets in use that lead to a host and a port, with these."""
    for socket in known:
        try:
            address = parse_masked(socket)
        except SocketTextError:
            continue
        for place in address.destinations():
            if place.host:
                yield address, bracketed(place.host), place.port
