"""Pieces of a socket text that know where they stand, and the problems found in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import SocketProblem

QUOTE_MAX = 40
"""Longest stretch of a socket that a message repeats, in characters."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text. `column` is where it begins in the whole text, from 1."""

    text: str
    column: int

    @property
    def end(self) -> int:
        """The column behind the last character."""
        return self.column + len(self.text)

    def head(self, length: int) -> Part:
        """The first `length` characters."""
        return Part(self.text[:length], self.column)

    def tail(self, start: int) -> Part:
        """All from the character at `start` (from 0) on."""
        return Part(self.text[start:], self.column + start)

    def cut(self, separator: str) -> tuple[Part, Part | None]:
        """What stands before and behind the first `separator` (one character); None when there is none."""
        found = self.text.find(separator)
        return (self, None) if found < 0 else (self.head(found), self.tail(found + 1))

    def split(self, separator: str) -> list[Part]:
        """The pieces between all `separator`s (one character)."""
        pieces, column = [], self.column
        for text in self.text.split(separator):
            pieces.append(Part(text, column))
            column += len(text) + 1
        return pieces


@dataclass(slots=True)
class Problems:
    """Collects what is wrong. `member` is the position of the member that is being read, or None.

    With `is_secret`, messages repeat nothing of the text, because a password may stand anywhere in it.
    """

    found: list[SocketProblem] = field(default_factory=list)
    member: int | None = None
    is_secret: bool = False

    def add(self, where: Part | int, message: str, hint: str | None = None) -> None:
        """Note a problem at a column, or at the beginning of a part."""
        column = where if isinstance(where, int) else where.column
        self.found.append(SocketProblem(column, message, self.member, hint))

    def expected(self, what: str, part: Part, hint: str | None = None) -> None:
        """Note that something else stands where `what` was expected; the text is quoted where that is safe."""
        self.add(part, f"{what} was expected{self._quoted(part.text)}", hint)

    def _quoted(self, text: str) -> str:
        if not text:
            return ", found nothing"
        if self.is_secret or "@" in text:
            return ""
        return f", found '{quotable(text)}'"


def quotable(text: str) -> str:
    """The beginning of a text as a message can repeat it, with invisible characters as escapes."""
    short = text if len(text) <= QUOTE_MAX else text[:QUOTE_MAX] + "…"
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in short)
