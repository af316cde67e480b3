"""What comes of an HTTP request: an answer, or why there is none. Apart from the client, which is slow to import."""

from __future__ import annotations

from typing import NamedTuple

ANSWER_MAX = 64 * 1024
"""Longest answer that is read, in bytes."""


class UnreachableError(Exception):
    """There is no connection to be had; nothing was sent. The text is the reason."""


class BrokenError(Exception):
    """The connection broke before there was an answer. The text is the reason."""


class Answer(NamedTuple):
    """What the server answered. `is_cut`: the body was longer than `ANSWER_MAX`, and the connection was closed."""

    status: int
    body: bytes
    is_cut: bool = False
    charset: str | None = None
    """What the body is encoded in, where the head says so."""
