"""The footer in words: what can be done here at the left, where one can go to at the right, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui.render.line import Line, Part, Role, shortened, width_of

FULL_TABS = 120
"""From this width on screens and palette are named; below it only their keys are there."""


class Entry(NamedTuple):
    """Something in the footer: its key as it stands on the keyboard, its word, and the key that it presses."""

    sign: str
    word: str
    key: str
    is_enabled: bool = True
    """Whether it applies to what is selected; otherwise it is faint."""
    is_current: bool = False
    """Whether it is the screen that is shown; it stands in brackets."""


class Placed(NamedTuple):
    """Where in the line an entry stands, in cells: `start` and before `end`."""

    start: int
    end: int
    entry: Entry


def footer_line(
    left: Sequence[Entry], tabs: Sequence[Entry], right: Sequence[Entry], width: int
) -> tuple[Line, tuple[Placed, ...]]:
    """The line, and where its entries stand. What has no room goes, from the end of the left part."""
    is_full = width >= FULL_TABS
    pieces_right = [(entry, _tab(entry, is_full=is_full)) for entry in tabs]
    pieces_right += [(one, _words(one) if is_full or one is right[-1] else _sign(one)) for one in right]
    room = width - sum(width_of(words) + 2 for _, words in pieces_right) - 1
    line: list[Part] = [Part(" ")]
    placed: list[Placed] = []
    at = 1
    for entry in left:
        words = _words(entry)
        if at + width_of(words) > room:
            break
        at = _place(line, placed, at, entry, words)
    gap = max(room - at, 0)
    line.append(Part(" " * gap))
    at += gap
    for entry, words in pieces_right:
        at = _place(line, placed, at, entry, words)
    return tuple(line), tuple(placed)


def entry_at(placed: Sequence[Placed], x: int) -> Entry | None:
    """The entry that stands there."""
    return next((one.entry for one in placed if one.start <= x < one.end), None)


def _place(line: list[Part], placed: list[Placed], at: int, entry: Entry, words: Line) -> int:
    end = at + width_of(words)
    line += [*words, Part("  ")]
    placed.append(Placed(at, end, entry))
    return end + 2


def _words(entry: Entry) -> Line:
    if not entry.is_enabled:
        return (Part(f"{entry.sign} {entry.word}", "faint"),)
    return Part(entry.sign, "accent"), Part(f" {entry.word}")


def _sign(entry: Entry) -> Line:
    return (Part(entry.sign, "accent"),)


def _tab(entry: Entry, *, is_full: bool) -> Line:
    text = f"{entry.sign} {shortened(entry.word, 16)}" if is_full else entry.sign
    role: Role = "strong" if entry.is_current else "faint" if not entry.is_enabled else "accent"
    return (Part(f"[{text}]" if entry.is_current else text, role),)
