"""The wallboard's picture."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from tui.render.line import Line, fitted
from tui.widgets.lineview import LineView


class WallView(LineView):
    """Shows lines that somebody else made for its size."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        self._lines = tuple(lines)
        self.repaint()

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def key_of(self, index: int) -> Hashable:
        """The line itself."""
        return self._lines[index]

    def line_of(self, index: int, width: int) -> Line:
        """The line."""
        return fitted(self._lines[index], width)
