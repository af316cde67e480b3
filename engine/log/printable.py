"""The one gate for text that is printed or logged: it steers no terminal, forges no line and tells no password."""

from __future__ import annotations

from engine.address import mask_text

LINE_MAX = 4_000
"""Longest line, in characters. A peer's words may be longer, and say nothing more by it."""

_LOOKED_AT = 4 * LINE_MAX
"""Characters that are looked at: enough for a line whose passwords are masked."""


def escaped(text: str) -> str:
    """The text on one line, with every sign that is not printable as a backslash and its code.

    That is what `str.isprintable` refuses: control characters (C0, DEL, C1), line and paragraph separators, what turns
    the direction of writing, what cannot be seen, and halves of surrogate pairs.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _code(sign) for sign in text)


def printable(text: str) -> str:
    """One line that may be printed: escaped, passwords masked, and cut where it is longer than any line should be."""
    masked = mask_text(escaped(text[:_LOOKED_AT]))
    if len(masked) <= LINE_MAX and len(text) <= _LOOKED_AT:
        return masked
    return f"{masked[:LINE_MAX]}… ({len(text):,} characters in all)"


def _code(sign: str) -> str:
    number = ord(sign)
    usual = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(sign)
    if usual is not None:
        return usual
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
