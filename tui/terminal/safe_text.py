"""Text from outside, made safe for a terminal."""

from __future__ import annotations


def clean(text: str) -> str:
    """The text with a sign in place of control characters and of bytes that are not UTF-8."""
    return "".join(sign if sign.isprintable() else "␣" for sign in text)
