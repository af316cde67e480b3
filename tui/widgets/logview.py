"""The log: its last lines, the newest at the bottom."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Any

from tui.render.line import Line
from tui.render.log import is_wanted, log_line
from tui.widgets.lineview import LineView

KEPT = 2_000
"""Lines that can be scrolled back to."""


class LogView(LineView):
    """Runs along until it is scrolled up."""

    DEFAULT_CSS = "LogView { height: 1fr; border-top: solid $primary; border-title-color: $text-primary; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.level = 0
        self.text = ""
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._shown: list[dict[str, Any]] = []

    @property
    def next_number(self) -> int:
        """Number of the line that is expected next."""
        return int(self._entries[-1]["number"]) + 1 if self._entries else 0

    @property
    def kept(self) -> int:
        """How many lines there are, shown or not."""
        return len(self._entries)

    def add(self, entries: Iterable[dict[str, Any]]) -> None:
        """Take further lines in."""
        self._entries.extend(entries)
        self._lay_out()

    def choose(self, level: int, text: str) -> None:
        """Show only lines of this level, or worse, with this text in them."""
        self.level, self.text = level, text
        self._lay_out()

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._shown)

    def key_of(self, index: int) -> Hashable:
        """The number of the line."""
        return int(self._shown[index]["number"])

    def line_of(self, index: int, width: int) -> Line:
        """The line."""
        return log_line(self._shown[index], width)

    def _lay_out(self) -> None:
        is_running = self.scroll_offset.y >= self.max_scroll_y
        self._shown = [entry for entry in self._entries if is_wanted(entry, self.level, self.text)]
        self.repaint()
        if is_running:
            self.scroll_end(animate=False, immediate=True)
