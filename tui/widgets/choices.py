"""A list to choose from, filtered by what is typed above it, which keeps the focus."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from textual import events
from textual.geometry import Region
from textual.message import Message

from tui.render.line import Line, Part
from tui.widgets.lineview import LineView


class Choice(NamedTuple):
    """One line to choose.

    `text` is searched in; `about` is told while the cursor stands there; `tag` is what else its screen wants to know.
    """

    value: Any
    line: Line
    text: str
    about: str = ""
    tag: Any = None


class ChoicesView(LineView, can_focus=False):
    """Posts `Moved` with each move, and `Chosen` when a line is clicked that the cursor stands on."""

    class Moved(Message):
        """The cursor may stand on another line."""

    class Chosen(Message):
        """The line under the cursor was chosen."""

    def __init__(self, choices: Sequence[Choice], **options: Any) -> None:
        super().__init__(**options)
        self._choices = choices
        self._shown = list(choices)
        self._cursor = 0
        self._version = 0
        """Changes with the lines, which have no key of their own."""

    @property
    def chosen(self) -> Choice | None:
        """What the cursor stands on; None where nothing is left."""
        return self._shown[self._cursor] if self._cursor < len(self._shown) else None

    def offer(self, choices: Sequence[Choice], typed: str) -> None:
        """Show those of the choices that have every word of what was typed in them."""
        words = typed.casefold().split()
        self._choices = choices
        self._shown = [one for one in choices if all(word in one.text.casefold() for word in words)]
        self._version += 1
        self._cursor = min(self._cursor, max(len(self._shown) - 1, 0))
        self.refresh(layout=True)
        self.move(0)

    def move(self, step: int) -> None:
        """Move the cursor by some lines."""
        self._cursor = min(max(self._cursor + step, 0), max(len(self._shown) - 1, 0))
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True, immediate=True)
        self.repaint()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """Go to the line that was clicked; a second click chooses it."""
        index = event.y + self.scroll_offset.y
        if index >= len(self._shown):
            return
        if index == self._cursor:
            self.post_message(self.Chosen())
        self.move(index - self._cursor)

    def is_selected(self, index: int) -> bool:
        """Whether the cursor is on the line."""
        return index == self._cursor

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._shown)

    def get_content_height(self, *_sizes: Any) -> int:
        """As many lines as there are to choose from."""
        return max(len(self._shown), 1)

    def key_of(self, index: int) -> Hashable:
        """The line among those that are shown now."""
        return self._version, index

    def line_of(self, index: int, width: int) -> Line:  # noqa: ARG002 - lines are cut where they are painted
        """The line, with a sign where the cursor is."""
        return (Part("▸ " if index == self._cursor else "  ", "accent"), *self._shown[index].line)
