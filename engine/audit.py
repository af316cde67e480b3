"""The audit trail: every command that changes something, by whom, when, and what came of it. Bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from engine.bounds import Count, Wall
from engine.log.printable import printable

CAPACITY = 1_000
"""Entries kept; the oldest go first, and `dropped` counts them."""

DETAILS_MAX = 300
"""Characters of a command's parameters that are kept."""

DONE = "done"

_SECRET = {"password", "secret", "token"}

_who: ContextVar[str] = ContextVar("audit_who", default="engine")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One command, or several equal ones in a row."""

    number: Count
    """Grows by one an entry."""
    wall: Wall
    """When, the last time, in seconds since the epoch."""
    who: str
    """`console NAME PROCESS`, `MI HOST:PORT`, or `engine`."""
    command: str
    details: str
    """Its parameters, secrets masked."""
    result: str
    """`done`, or why it was refused."""
    times: Count = 1
    """How often in a row."""

    @property
    def is_done(self) -> bool:
        """Whether it was carried out."""
        return self.result == DONE


@contextmanager
def acting_for(who: str) -> Iterator[None]:
    """Put what is done inside down to `who`."""
    token = _who.set(who)
    try:
        yield
    finally:
        _who.reset(token)


def acting() -> str:
    """Who acts now."""
    return _who.get()


class AuditTrail:
    """The last `capacity` entries. Their texts are harmless: whoever calls may have chosen them."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._entries: deque[AuditEntry] = deque(maxlen=capacity)
        self._next = 1

    @property
    def dropped(self) -> int:
        """Entries that had to go."""
        return self._next - 1 - len(self._entries)

    def add(self, wall: float, command: str, parameters: Mapping[str, Any], result: str = DONE) -> None:
        """Note a command of whoever acts now. Equal ones in a row are one entry that counts."""
        entry = AuditEntry(
            self._next, wall, printable(_who.get()), printable(command), details(parameters), printable(result)
        )
        last = self._entries[-1] if self._entries else None
        if last is not None and _facts(last) == _facts(entry):
            self._entries[-1] = replace(last, wall=wall, times=last.times + 1)
            return
        self._next += 1
        self._entries.append(entry)

    def last(self, limit: int) -> tuple[AuditEntry, ...]:
        """The last `limit` entries, newest first."""
        return tuple(islice(reversed(self._entries), limit))


def details(parameters: Mapping[str, Any]) -> str:
    """Parameters in one short line, secrets masked."""
    said = (f"{name}={'•••' if name in _SECRET else _value(value)}" for name, value in parameters.items())
    text = printable(" ".join(one for one in said if not one.endswith("=None")))
    return text if len(text) <= DETAILS_MAX else f"{text[: DETAILS_MAX - 1]}…"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "(" + ", ".join(_value(one) for one in value[:20]) + ")"
    return str(value)


def _facts(entry: AuditEntry) -> tuple[str, ...]:
    return entry.who, entry.command, entry.details, entry.result
