"""Charts, drawn anew when there is something new to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.render.chart import Chart, charts_lines
from tui.render.line import Line
from tui.widgets.picture import DrawnView


class ChartsView(DrawnView):
    """All charts in one picture."""

    DEFAULT_CSS = "ChartsView { height: 1fr; border-top: solid $primary; border-title-color: $text-primary; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._charts: Sequence[Chart] = ()

    def show(self, charts: Sequence[Chart]) -> None:
        """Take the charts."""
        self._charts = charts
        self.draw()

    def picture(self, width: int, height: int) -> Sequence[Line]:
        """The charts, one below the other."""
        return charts_lines(self._charts, width, height) if self._charts else ()
