"""Percent-encoding in rabbitmq: sockets. Unlike OpenSIPS, %HH may also spell the UTF-8 bytes of any character."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from engine.address.part import Part, Problems

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that no socket holds, encoded or not: they would break lines and terminals."""

_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


def decode(part: Part, problems: Problems) -> str | None:
    """The text that a token stands for, or None when its escapes are wrong."""
    if "%" not in part.text:
        return part.text
    broken = _BROKEN.search(part.text)
    if broken is not None:
        problems.add(
            part.column + broken.start(), "two hexadecimal digits were expected after %", "write a % itself as %25"
        )
        return None
    try:
        text = unquote_to_bytes(part.text).decode()
    except UnicodeDecodeError:
        problems.add(part, "the %HH of this part are not UTF-8", "for example %C3%BC for ü")
        return None
    if CONTROL.search(text):
        problems.add(part, "control characters are not allowed, not even as %HH")
        return None
    return text


def encode(text: str, reserved: str) -> str:
    """A token with everything encoded that is reserved, blank, invisible or a percent sign."""
    return "".join(
        sign if sign.isprintable() and sign not in reserved and sign not in " %" else encode_all(sign) for sign in text
    )


def encode_all(text: str) -> str:
    """A token with everything encoded but ASCII letters, digits and `-._~`."""
    return quote(text, safe="", errors="surrogatepass")
