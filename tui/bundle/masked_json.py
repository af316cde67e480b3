"""JSON for files that are given away: every password in it is masked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.address import mask_text

_masked_text = lru_cache(maxsize=8_192)(mask_text)
"""The same sockets and reasons stand in a bundle over and over."""


def json_line(value: Any, *, is_masked: bool = True) -> str:
    """A value as JSON in one line. `is_masked`: with the passwords in all of its texts masked."""
    return json.dumps(masked(value) if is_masked else value, ensure_ascii=False, separators=(",", ":"))


def size_of(text: str) -> int:
    """The bytes that a text takes in a file."""
    return len(text.encode("utf-8", "backslashreplace"))


def masked(value: Any) -> Any:
    """A value that JSON can hold, with the passwords in all of its texts masked."""
    match value:
        case str():
            return _masked_text(value)
        case Mapping():
            return {_masked_text(str(key)): masked(item) for key, item in value.items()}
        case list() | tuple():
            return [masked(item) for item in value]
        case _:
            return value
