"""Charts, drawn anew when there is something new to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.render.chart import Chart, Span, charts_lines
from tui.render.line import Line
from tui.widgets.picture import DrawnView


class ChartsView(DrawnView):
    """All charts in one picture."""

    DEFAULT_CSS = "ChartsView { height: 1fr; border-top: solid $primary; border-title-color: $text-primary; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._charts: Sequence[Chart] = ()
        self._span = Span(1, 1, 0.0)

    def show(self, charts: Sequence[Chart], span: Span) -> None:
        """Take the charts, and the time that they show."""
        self._charts, self._span = charts, span
        self.draw()

    def picture(self, width: int, height: int) -> Sequence[Line]:
        """The charts, side by side or one below the other."""
        if not self._charts:
            return ()
        return charts_lines(self._charts, self._span, width, height, is_ascii=self.app.has_class("-ascii"))
