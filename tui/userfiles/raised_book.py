"""What was raised from this console, and templates of events under a name. Kept from one time to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from engine.errors import EventError
from engine.event import Event
from tui.userfiles.state_file import StateFile

HISTORY_MAX = 50
"""Different events that are remembered."""

TEMPLATES_MAX = 100

NAME_MAX = 40
"""Characters of a template's name."""

EVENT_BYTES = 10_000
"""An event that takes more in the file is not remembered."""


class Template(NamedTuple):
    """An event under a name of the operator's."""

    name: str
    event: Event


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered: the newest event first, templates by name."""

    history: tuple[Event, ...] = ()
    templates: tuple[Template, ...] = ()

    def with_raised(self, event: Event) -> Kept:
        """The same after an event was raised. One that is too large to be kept changes nothing."""
        if not _fits(event):
            return self
        return replace(self, history=(event, *(one for one in self.history if one != event))[:HISTORY_MAX])

    def without_raised(self, event: Event) -> Kept:
        """The same without an event."""
        return replace(self, history=tuple(one for one in self.history if one != event))

    def with_template(self, name: str, event: Event) -> Kept:
        """The same with a template; it takes the place of one of that name.

        Raises:
            EventError: it cannot be kept; the text says why.
        """
        others = self.without_template(name).templates
        if not name or len(name) > NAME_MAX:
            raise EventError(f"a template has a name of 1 to {NAME_MAX} characters")
        if len(others) >= TEMPLATES_MAX:
            raise EventError(f"there are {TEMPLATES_MAX} templates already; remove one first (f5, f8)")
        if not _fits(event):
            raise EventError(f"an event of more than {EVENT_BYTES:,} bytes cannot be kept as a template")
        return replace(self, templates=tuple(sorted((*others, Template(name, event)), key=lambda one: one.name)))

    def without_template(self, name: str) -> Kept:
        """The same without the template of that name."""
        return replace(self, templates=tuple(one for one in self.templates if one.name != name))


class RaisedBook:
    """Keeps what is remembered in a file, for its owner's eyes only; without a path, in this process alone.

    Each change begins with what stands in the file, so that consoles beside each other lose nothing of each other's.
    Calls block for the file: make them in a thread.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._file = None if path is None else _BookFile(path)
        self._kept = Kept()
        self._told = ""
        self._lock = Lock()

    def load(self) -> Kept:
        """What is remembered."""
        with self._lock:
            return self._load()

    def change(self, alter: Callable[[Kept], Kept]) -> Kept:
        """Change what is remembered, and write it down; what `alter` raises ends it."""
        with self._lock:
            before = self._load()
            self._kept = alter(before)
            if self._file is not None and self._kept != before:
                self._file.write(_document(self._kept))
            return self._kept

    def take_trouble(self) -> str:
        """What went wrong with the file, told once."""
        trouble = "" if self._file is None else self._file.trouble
        fresh = "" if trouble == self._told else trouble
        self._told = trouble
        return fresh

    def _load(self) -> Kept:
        if self._file is not None:
            self._kept = self._file.read(_kept) or self._kept
        return self._kept


class _BookFile(StateFile):
    size_max = 4 * EVENT_BYTES * (HISTORY_MAX + TEMPLATES_MAX)
    otherwise = "history and templates begin anew"


def _document(kept: Kept) -> dict[str, Any]:
    templates = [{"name": name, **_written(event)} for name, event in kept.templates]
    return {"history": [_written(event) for event in kept.history], "templates": templates}


def _written(event: Event) -> dict[str, Any]:
    return {"event": event.name, "params": [list(param) for param in event.params]}


def _fits(event: Event) -> bool:
    return len(json.dumps(_written(event))) <= EVENT_BYTES


def _kept(document: dict[str, Any]) -> Kept:
    """What a file holds.

    Raises:
        ValueError: this program did not write it.
    """
    try:
        history = tuple(_event(one) for one in document["history"][:HISTORY_MAX])
        templates = tuple(Template(_name(one), _event(one)) for one in document["templates"][:TEMPLATES_MAX])
    except (KeyError, TypeError, EventError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None
    return Kept(history, templates)


def _event(entry: Any) -> Event:
    return Event.checked(entry["event"], [(name, value) for name, value in entry["params"]])


def _name(entry: Any) -> str:
    name = entry["name"]
    if not isinstance(name, str):
        raise TypeError(f"the name of a template is {name!r}")
    return name
