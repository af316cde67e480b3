"""Masking of passwords in texts that may hold sockets or URLs: log lines, messages, input that does not parse."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.address.model import MASK

WITHOUT_LOGIN = frozenset({
    "udp", "unix", "tcp", "xmlrpc", "flatstore", "kafka", "sqs", "route", "routing", "sip", "sips", "tel", "mailto",
})  # fmt: skip
"""Prefixes of texts in which an @ does not end a password."""

LOOK_AHEAD = 16
"""How many pieces behind a broken login may still belong to its password."""

_SEPARATORS = re.compile(r"""([\s"'<>]+)""")
_LOGIN = re.compile(r"rabbitmq:|://")
_POLICY = re.compile(r"virtual:|PARALLEL|FAILOVER|ROUND-ROBIN")
_PREFIX = re.compile(r"[^\w]*([A-Za-z][\w+.-]*):")
_PORT = re.compile(r"\d{1,5}(?![\w@%])")


def mask_text(text: str) -> str:
    """The text with every password replaced by the mask.

    Where it is not clear what belongs to a password, as when one holds blanks, quotes, slashes or an @ that should
    have been encoded, rather too much is masked than too little.
    """
    if "@" not in text:
        return text
    pieces = _SEPARATORS.split(text)
    out, index = [], 0
    while index < len(pieces):
        masked, taken = _masked(pieces, index)
        out.append(masked)
        index += taken
    return "".join(out)


def _masked(pieces: Sequence[str], index: int) -> tuple[str, int]:
    """The piece at `index`, masked, and how many pieces it took to find the end of its password."""
    piece = pieces[index]
    start = _password_start(piece)
    if start is None:
        return piece, 1
    at = piece.rfind("@", start)
    if at >= 0:
        return piece[:start] + MASK + piece[at:], 1
    if _PORT.match(piece, start) or not _LOGIN.search(piece):
        return piece, 1
    for ahead in range(index + 1, min(index + 1 + LOOK_AHEAD, len(pieces))):
        other = pieces[ahead]
        if "\n" in other or (_PREFIX.match(other) and _password_start(other) is not None):
            break
        at = other.rfind("@")
        if at >= 0:
            return piece[:start] + MASK + other[at:], ahead + 1 - index
    return piece, 1


def _password_start(piece: str) -> int | None:
    """Where the password of a piece begins, or would begin; None when the piece holds no login."""
    login = _LOGIN.search(piece)
    if login is not None:
        return _behind_user(piece, login.end())
    if "@" not in piece:
        return None
    start = policy.end() if (policy := _POLICY.match(piece)) else 0
    prefix = _PREFIX.match(piece, start)
    if prefix is None or prefix[1] in WITHOUT_LOGIN:
        return None
    behind = _behind_user(piece, prefix.end())
    return prefix.end() if behind is None else behind


def _behind_user(piece: str, start: int) -> int | None:
    """The place behind the colon that ends a user's name, or None when there is no password."""
    colon = piece.find(":", start)
    if colon < 0:
        return None
    is_behind_at = "@" in piece[start:colon]
    return None if is_behind_at and _PORT.match(piece, colon + 1) else colon + 1
