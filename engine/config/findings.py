"""Where things stand in a configuration file, and what was found wrong there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from engine.errors import ConfigProblem

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions (from 0) that lead to a value."""


class Mark(NamedTuple):
    """A place in the file; both count from 1, the column in characters."""

    line: int
    column: int


START = Mark(1, 1)


def where(path: Path) -> str:
    """A path in words: `subscriptions[2].members[1]`; positions count from 1, as people do."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".") or "configuration"


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

    def problems(self) -> tuple[ConfigProblem, ...]:
        """All problems, in the order of the file."""
        return _ordered(self.found)

    def warnings(self) -> tuple[ConfigProblem, ...]:
        """All warnings, in the order of the file."""
        return _ordered(self.warned)

    def _made(self, mark: Mark, path: Path, message: str) -> ConfigProblem:
        return ConfigProblem(self.file, mark.line, mark.column, where(path), message)


def _ordered(found: list[ConfigProblem]) -> tuple[ConfigProblem, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: (problem.line, problem.column)))
