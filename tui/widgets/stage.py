"""The policy stage: a picture of one virtual subscriber at work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Offset

from tui.keys.jump import JumpTarget
from tui.render.line import Line
from tui.render.stage import Scene, member_at, stage_lines
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

    def on_click(self, event: Click) -> None:
        """Go to the member that was clicked."""
        line = self.line_at(event)
        member = None
        if self._scene is not None and line is not None:
            member = member_at(self._scene, self.scrollable_content_region.height, line)
        if member is not None:
            self.action_point(member - self.cursor)

    def jump_targets(self) -> Iterable[JumpTarget]:
        """Its members in view."""
        if self._scene is None:
            return
        region = self.scrollable_content_region
        seen: set[int] = set()
        for y in range(region.height):
            member = member_at(self._scene, region.height, y + self.scroll_offset.y)
            if member is not None and member not in seen:
                seen.add(member)
                yield JumpTarget(region.offset + Offset(0, y), partial(self._jump, member))

    def _jump(self, member: int) -> None:
        self.focus()
        self.action_point(member - self.cursor)

    def picture(self, width: int, height: int) -> Sequence[Line]:
        """The scene, or an empty stage."""
        return () if self._scene is None else stage_lines(self._scene, width, height)
