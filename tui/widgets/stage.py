"""The policy stage: a picture of one virtual subscriber at work."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui.render.line import Line, fitted
from tui.render.stage import Scene, stage_lines
from tui.widgets.lineview import LineView


class StageView(LineView):
    """Draws a scene. The cursor stands on a member, and changes no more than its frame."""

    DEFAULT_CSS = "StageView { height: 1fr; border-top: solid $primary; border-title-color: $text-primary; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "point(1)", "Next member", show=False),
        Binding("up,k", "point(-1)", "Previous member", show=False),
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.cursor = 0
        self._scene: Scene | None = None
        self._lines: list[Line] = []

    def show(self, scene: Scene | None) -> None:
        """Take the scene; None empties the stage."""
        self._scene = scene
        self._draw()

    def action_point(self, by: int) -> None:
        """Go to the member below or above."""
        if self._scene is not None:
            self.cursor = min(max(self.cursor + by, 0), len(self._scene.row.members) - 1)
            self._scene = self._scene._replace(cursor=self.cursor)
            self._draw()

    def on_resize(self) -> None:
        """Another size, another picture."""
        super().on_resize()
        self._draw()

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def key_of(self, index: int) -> Hashable:
        """The line itself; most of them stand still."""
        return self._lines[index]

    def line_of(self, index: int, width: int) -> Line:
        """The line, which was drawn for this width."""
        return fitted(self._lines[index], width)

    def _draw(self) -> None:
        size = self.scrollable_content_region
        self._lines = [] if self._scene is None or not size.width else stage_lines(self._scene, size.width, size.height)
        self.repaint()
