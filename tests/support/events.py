"""Events that a test makes."""

from __future__ import annotations

from engine.event import Event

MIB = 1 << 20


def big(number: int, size: int = MIB) -> Event:
    """An event with a text of its own of `size` bytes."""
    return Event("E_BIG", (("number", number), ("text", f"{number:08}" + "x" * (size - 8))))
