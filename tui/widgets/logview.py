"""The log: its last lines, the newest at the bottom."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from engine.log.handlers import LogLine
from tui.render.line import Line
from tui.render.log import is_wanted, log_line
from tui.widgets.lineview import LineView

KEPT = 2_000
"""Lines that can be scrolled back to."""


SHIFT = 20
"""Signs that a key moves the texts by."""


class LogView(LineView):
    """Runs along until it is scrolled up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", f"shift({SHIFT})", "Right", show=False),
        Binding("left,h", f"shift(-{SHIFT})", "Left", show=False),
    ]
    DEFAULT_CSS = "LogView { height: 1fr; border-top: solid $primary; border-title-color: $text-primary; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.keeps_end = True
        self.level = 0
        self.text = ""
        self.shift = 0
        """Signs by which the texts are moved to the left."""
        self._entries: deque[LogLine] = deque(maxlen=KEPT)
        self._shown: list[LogLine] = []

    @property
    def next_number(self) -> int:
        """Number of the line that is expected next."""
        return self._entries[-1].number + 1 if self._entries else 0

    @property
    def kept(self) -> int:
        """How many lines there are, shown or not."""
        return len(self._entries)

    def add(self, entries: Iterable[LogLine]) -> None:
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
        """The number of the line, and what of it is in view."""
        return self._shown[index].number, self.shift

    def line_of(self, index: int, width: int) -> Line:
        """The line."""
        return log_line(self._shown[index], width, self.shift)

    def action_shift(self, by: int) -> None:
        """Show what lies to the right or left, as far as the longest line goes."""
        longest = max((len(entry.text) for entry in self._shown), default=0)
        self.shift = min(max(self.shift + by, 0), max(longest - SHIFT, 0))
        self.repaint()

    def _lay_out(self) -> None:
        self._shown = [entry for entry in self._entries if is_wanted(entry, self.level, self.text)]
        self.repaint()
