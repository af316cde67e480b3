"""JSON for files that are given away: every password in it is masked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.address import mask_text
from engine.view.codec import encode, plain

_masked_text = lru_cache(maxsize=8_192)(mask_text)
"""The same sockets and reasons stand in a bundle over and over."""


def masked_line(value: Any) -> bytes:
    """A value as JSON in one line, with the passwords in all of its texts masked."""
    return encode(masked(plain(value)))


def masked(value: Any) -> Any:
    """A plain value with the passwords in all of its texts masked."""
    match value:
        case str():
            return _masked_text(value)
        case Mapping():
            return {_masked_text(str(key)): masked(item) for key, item in value.items()}
        case list() | tuple():
            return [masked(item) for item in value]
        case _:
            return value
