"""What a line for a POSIX shell is made of, safe whatever the payload holds."""

from __future__ import annotations

from shlex import quote
from typing import NamedTuple

__all__ = ["PASSWORD", "PIPE_BYTES", "ShellLine", "in_pieces", "printf", "quote", "readable"]

PIPE_BYTES = 4_096
"""More than this may reach a program in several pieces, and leave it as several datagrams."""

PASSWORD = "PASSWORD"  # noqa: S105 - the name of a shell variable, to be set by whoever runs the line


class ShellLine(NamedTuple):
    """A line to run, and what must be known before."""

    line: str
    hint: str = ""


def printf(payload: bytes) -> str:
    """A `printf` that writes exactly these bytes; signs that would not show are written as numbers."""
    text = readable(payload)
    if text is None:
        return f"printf '%b' {quote(''.join(map(_octal, payload)))}"
    return f"printf '%s\\n' {quote(text[:-1])}" if text.endswith("\n") else f"printf '%s' {quote(text)}"


def in_pieces(payload: bytes) -> str:
    """What must be known of a long payload that is to leave as one datagram."""
    is_long = len(payload) > PIPE_BYTES
    return f"it is longer than {PIPE_BYTES:,} bytes: a pipe may make several datagrams of it" if is_long else ""


def readable(payload: bytes) -> str | None:
    """The text of some bytes, if all of it shows; line feeds do."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return text if text.replace("\n", "").isprintable() else None


def _octal(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\0{byte:03o}"
