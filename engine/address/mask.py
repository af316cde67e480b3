"""Masking of passwords in texts that may hold sockets or URLs: log lines, messages, input that does not parse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from engine.address.kinds.base import MASK
from engine.address.kinds.table import BUILT_IN, outside

WITHOUT_LOGIN = frozenset({
    *(scheme for scheme, kind in BUILT_IN.items() if not kind.logs_in),
    "kafka", "sqs", "route", "routing", "sip", "sips", "tel", "mailto",
})  # fmt: skip
"""Prefixes of texts in which an @ does not end a password."""

LOOK_AHEAD = 16
"""How many pieces behind a broken login may still belong to its password."""

_SEPARATORS = re.compile(r"""([\s"'<>]+)""")
_SERVER = re.compile(r"@[\w.:%\[\]-]+/")
_POLICY = re.compile(r"virtual:|PARALLEL|FAILOVER|ROUND-ROBIN")
_BRACKETS = "([{,;=|"
_NO_PASSWORD = re.compile(r"(?:[^:/@]*@)?(?:\[[^\]@]*\]|[^:/@\[]*)(?::\d{0,5})?(?:/[^@]*|\W*)")
"""What stands behind a prefix or `://` when there is no password: `[user@]host[:port][/...]`."""


@cache
def _own_login() -> re.Pattern[str]:
    """The prefixes that a login may stand behind. No kind is imported for this: one from outside may have logins."""
    known = [kind.scheme for kind in BUILT_IN.values() if kind.logs_in]
    return re.compile("|".join(f"{scheme}:" for scheme in (*known, *outside())))


@cache
def _login() -> re.Pattern[str]:
    return re.compile(f"{_own_login().pattern}|://")


def mask_text(text: str) -> str:
    """The text with every password replaced by the mask.

    Where it is not clear what belongs to a password, as when one holds blanks, quotes, slashes or an @ that should
    have been encoded, rather too much is masked than too little.
    """
    if ":" not in text:
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
    end, at = index, piece.rfind("@", start)
    if at < 0 or (_own_login().search(piece) and not _SERVER.match(piece, at)):
        end, at = _end_of_torn(pieces, index, at)
    return piece[:start] + MASK + ("" if at < 0 else pieces[end][at:]), end + 1 - index


def _end_of_torn(pieces: Sequence[str], index: int, at: int) -> tuple[int, int]:
    """The piece, and the place in it, of the @ that ends a password which blanks or quotes have torn.

    That is the last one on the same line, before another login begins; where there is none, it is the one at `at` in
    the piece at `index`.
    """
    end = index
    for ahead in range(index + 1, min(index + 1 + LOOK_AHEAD, len(pieces))):
        other = pieces[ahead]
        if "\n" in other or _login().search(other):
            break
        if "@" in other:
            end, at = ahead, other.rindex("@")
    return end, at


def _password_start(piece: str) -> int | None:
    """Where the password of a piece begins, or would begin; None when the piece holds no login."""
    login = _login().search(piece)
    if login is not None:
        colon = piece.find(":", login.end())
        return None if colon < 0 or _NO_PASSWORD.fullmatch(piece, login.end()) else colon + 1
    policy = _POLICY.match(piece)
    start = policy.end() if policy else 0
    first, at = piece.find(":", start), piece.rfind("@")
    # A mistyped prefix has a user and a second colon behind it; a forgotten one leaves `user:password@`.
    if first < 0 or "@" in piece[start:first] or at < 0 or piece[start:first].strip(_BRACKETS) in WITHOUT_LOGIN:
        return None
    second = piece.find(":", first + 1, at)
    return (first if second < 0 else second) + 1
