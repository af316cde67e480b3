"""The policy stage: a picture of one virtual subscriber at work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui.render.line import Line
from tui.render.stage import Scene, stage_lines
from tui.widgets.picture import DrawnView


class StageView(DrawnView):
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

    def show(self, scene: Scene | None) -> None:
        """Take the scene; None empties the stage."""
        self._scene = scene
        self.draw()

    def action_point(self, by: int) -> None:
        """Go to the member below or above."""
        if self._scene is not None:
            self.cursor = min(max(self.cursor + by, 0), len(self._scene.row.members) - 1)
            self._scene = self._scene._replace(cursor=self.cursor)
            self.draw()

    def picture(self, width: int, height: int) -> Sequence[Line]:
        """The scene, or an empty stage."""
        return () if self._scene is None else stage_lines(self._scene, width, height)
