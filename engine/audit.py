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

MINUTE_S = 60

CALLERS_MAX = 50
"""Callers that are counted each by itself within a minute; further ones are counted together, as `OTHERS`."""

OTHERS = "other callers"

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
    """How often in a row, or within a minute."""

    @property
    def is_done(self) -> bool:
        """Whether it was carried out."""
        return self.result == DONE


@dataclass(slots=True)
class _Tally:
    """What one caller does within one minute, where that is counted. Its entry is brought up to date when looked at."""

    number: int
    minute: int
    wall: float
    result: str
    times: int


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
        self._tallies: dict[tuple[str, str, bool], _Tally] = {}

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

    def count(self, wall: float, command: str, times: int, refused: str | None = None) -> None:
        """Note that whoever acts now did something so often: one entry a caller and minute, and one of refusals with
        the last reason. For what may be done thousands of times a second."""
        key = (_caller(_who.get()), command, refused is None)
        minute = int(wall // MINUTE_S)
        tally = self._tallies.get(key)
        if tally is None or tally.minute != minute or tally.number < self._first:
            tally = self._begin(key, minute, wall)
        tally.times += times
        tally.wall = wall
        if refused is not None:
            tally.result = refused

    def last(self, limit: int) -> tuple[AuditEntry, ...]:
        """The last `limit` entries, newest first."""
        for tally in self._tallies.values():
            self._write(tally)
        return tuple(islice(reversed(self._entries), limit))

    @property
    def _first(self) -> int:
        """The number of the oldest entry that is kept."""
        return self._next - len(self._entries)

    def _begin(self, key: tuple[str, str, bool], minute: int, wall: float) -> _Tally:
        """Begin to count, with an entry that is there from now on."""
        for before, tally in list(self._tallies.items()):
            if tally.minute != minute or before == key:
                self._write(self._tallies.pop(before))
        if len(self._tallies) >= CALLERS_MAX:
            key = (OTHERS, *key[1:])
            if key in self._tallies:
                return self._tallies[key]
        self._entries.append(AuditEntry(self._next, wall, printable(key[0]), printable(key[1]), "", DONE, 0))
        tally = self._tallies[key] = _Tally(self._next, minute, wall, DONE, 0)
        self._next += 1
        return tally

    def _write(self, tally: _Tally) -> None:
        """Bring the entry of a tally up to date, if it is still kept."""
        place = tally.number - self._first
        if place >= 0:
            entry = self._entries[place]
            self._entries[place] = replace(entry, wall=tally.wall, result=printable(tally.result), times=tally.times)


def _caller(who: str) -> str:
    """Who it is, without what is another for each connection: the port of a client of MI."""
    host, colon, port = who.rpartition(":")
    return host if colon and port.isdigit() and who.startswith("MI ") else who


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
