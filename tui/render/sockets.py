"""Completing a socket as it is typed, by what is known and by the form that each transport's sockets have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.address import MASK
from engine.address.fields import FORMS
from engine.address.hosts import bracketed
from engine.address.masked_member import parse_masked
from engine.errors import SocketTextError

EXAMPLES = {
    "udp": "udp:127.0.0.1:9000",
    "unix": "unix:/run/receiver.sock",
    "tcp": "tcp:127.0.0.1:9000/method",
    "xmlrpc": "xmlrpc:127.0.0.1:8080:method",
    "rabbitmq": "rabbitmq:user:password@127.0.0.1:5672/routing-key",
    "flatstore": "flatstore:/var/log/events.log",
}
"""One socket for each transport."""

PREFIXES = tuple(f"{scheme}:" for scheme in EXAMPLES)
"""What a member's socket can begin with."""

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


def form_hint(text: str) -> str:
    """The form of the socket that is being typed, or what it can begin with."""
    return FORMS.get(text.partition(":")[0], " ".join(PREFIXES)) if ":" in text else " ".join(PREFIXES)


def completed(text: str, known: Iterable[str] = ()) -> str | None:
    """The whole text with its last socket completed; None where there is nothing to suggest.

    First the prefix, then sockets that are in use as far as their passwords are not masked, then hosts that are in use,
    then an example.
    """
    head, blank, last = text.rpartition(" ")
    if not last:
        return None
    if ":" not in last:
        candidates = [*PREFIXES, *(() if blank else ("virtual:",))]
    elif last.startswith("virtual:"):
        candidates = [*(() if blank else VIRTUAL)]
    else:
        candidates = list(_candidates(last, tuple(known)))
    found = next((one for one in candidates if one.startswith(last) and one != last), None)
    return None if found is None else f"{head}{blank}{found}"


def _candidates(last: str, known: Sequence[str]) -> Iterator[str]:
    """What a member's socket that begins like this may become, the likeliest first."""
    scheme = last.partition(":")[0]
    yield from (socket for socket in known if MASK not in socket)
    login, at, _ = last.rpartition("@")
    before = f"{login}{at}" if at and scheme == "rabbitmq" else f"{scheme}:"
    hosts = list(_hosts(known))
    if scheme in {"udp", "tcp", "xmlrpc", "rabbitmq"}:
        yield from (f"{before}{host}:{port}/" for its, host, port in hosts if its == scheme == "rabbitmq")
        yield from (f"{before}{host}:" for its, host, _ in hosts if its != "rabbitmq" or its != scheme)
    example = EXAMPLES.get(scheme, "")
    yield example
    yield f"{before}{example.rpartition('@')[2]}"


def _hosts(known: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Transport, host and port of the sockets in use that have them."""
    for socket in known:
        try:
            address = parse_masked(socket)
        except SocketTextError:
            continue
        host, port = getattr(address, "host", None), getattr(address, "port", None)
        if host is not None and port is not None:
            yield address.scheme, bracketed(host), port
