"""Events that a test makes."""

from __future__ import annotations

from engine.core import Engine
from engine.event import Event
from tests.support.sockets import numbered

MIB = 1 << 20


def big(number: int, size: int = MIB) -> Event:
    """An event with a text of its own of `size` bytes."""
    return Event("E_BIG", (("number", number), ("text", f"{number:08}" + "x" * (size - 8))))


def raise_now(engine: Engine, count: int) -> None:
    """Raise numbered events, and have the lanes take them at once."""
    for event in numbered(count):
        engine.raise_event(event, "test")
    engine.dispatcher.drain()
