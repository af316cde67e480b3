"""A view of one line, for the edges of a screen."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from tui.render.line import Line, fitted
from tui.widgets.lineview import LineView


class OneLineView(LineView, can_focus=False):
    """Shows `line`, which its heirs make anew when something of it changes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.line: Line = ()

    def line_count(self) -> int:
        """One."""
        return 1

    def key_of(self, index: int) -> Hashable:
        """The line itself: it is short."""
        return index, self.line

    def line_of(self, index: int, width: int) -> Line:
        """The line."""
        return fitted(self.line if index == 0 else (), width)
