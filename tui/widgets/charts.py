"""Charts, drawn anew when there is something new to draw."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from tui.render.chart import Chart, charts_lines
from tui.render.line import Line, fitted
from tui.widgets.lineview import LineView


class ChartsView(LineView):
    """All charts in one picture."""

    DEFAULT_CSS = "ChartsView { height: 1fr; border-top: solid $primary; border-title-color: $text-primary; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._charts: Sequence[Chart] = ()
        self._lines: list[Line] = []

    def show(self, charts: Sequence[Chart]) -> None:
        """Take the charts."""
        self._charts = charts
        self._draw()

    def on_resize(self) -> None:
        """Another size, another picture."""
        super().on_resize()
        self._draw()

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def key_of(self, index: int) -> Hashable:
        """The line itself."""
        return self._lines[index]

    def line_of(self, index: int, width: int) -> Line:
        """The line, which was drawn for this width."""
        return fitted(self._lines[index], width)

    def _draw(self) -> None:
        room = self.scrollable_content_region
        self._lines = charts_lines(self._charts, room.width, room.height) if self._charts and room.width else []
        self.repaint()
