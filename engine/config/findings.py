"""Where things stand in a configuration file, and what was found wrong there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from engine.errors import ConfigProblem
from engine.log.printable import printable

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions (from 0) that lead to a value."""


class Mark(NamedTuple):
    """A place in the file; both count from 1, the column in characters."""

    line: int
    column: int


START = Mark(1, 1)

PROBLEMS_MAX = 100
"""Problems, and warnings, of one file that are told; of the others it is told how many there are."""

HINTS_MAX = 500
"""Problems after which nothing is suggested any more: to look for what was meant takes a while."""

KEY_MAX = 60
"""Longest stretch of a key that a path repeats, in characters."""


def where(path: Path) -> str:
    """A path in words: `subscriptions[2].members[1]`; positions count from 1, as people do."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{_key(step)}"
    return text.removeprefix(".") or "configuration"


def _key(name: str) -> str:
    """A key as a path may repeat it. A wrong one can be anything: a socket with a password, or control characters."""
    shown = printable(name)
    return shown if len(shown) <= KEY_MAX else f"{shown[:KEY_MAX]}…"


@dataclass(slots=True)
class Findings:
    """Collects problems and warnings of one file."""

    file: str
    found: list[ConfigProblem] = field(default_factory=list)
    warned: list[ConfigProblem] = field(default_factory=list)
    broken: set[Path] = field(default_factory=set)
    """Values that have a problem already; what follows from it is not reported again."""

    def add(self, mark: Mark, path: Path, message: str) -> None:
        """Note a problem with the value at `path`."""
        self.found.append(self._made(mark, path, message))
        self.broken.add(path)

    def warn(self, mark: Mark, path: Path, message: str) -> None:
        """Note something that works, but not as one may expect."""
        self.warned.append(self._made(mark, path, message))

    def is_broken(self, path: Path) -> bool:
        """Whether this value, or one around it, has a problem already."""
        return any(path[:length] in self.broken for length in range(1, len(path) + 1))

    @property
    def has_hints(self) -> bool:
        """Whether it is worth while to look for what somebody may have meant."""
        return len(self.found) < HINTS_MAX

    def problems(self) -> tuple[ConfigProblem, ...]:
        """The problems, in the order of the file: all of them, or the first ones and how many more there are."""
        return _ordered(self.found, "problems")

    def warnings(self) -> tuple[ConfigProblem, ...]:
        """The warnings, likewise."""
        return _ordered(self.warned, "warnings")

    def _made(self, mark: Mark, path: Path, message: str) -> ConfigProblem:
        return ConfigProblem(self.file, mark.line, mark.column, where(path), printable(message))


def _ordered(found: list[ConfigProblem], what: str) -> tuple[ConfigProblem, ...]:
    ordered = sorted(dict.fromkeys(found), key=lambda problem: (problem.line, problem.column))
    if len(ordered) <= PROBLEMS_MAX + 1:
        return tuple(ordered)
    first = ordered[PROBLEMS_MAX]
    more = f"and {len(ordered) - PROBLEMS_MAX:,} more {what}, the first of them here"
    return (*ordered[:PROBLEMS_MAX], ConfigProblem(first.file, first.line, first.column, "configuration", more))
