"""The wallboard, for a projector: whether everything is being delivered, in big digits."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.render.wallboard import wallboard_lines
from tui.screens.views.base import ViewScreen
from tui.widgets.header import HeaderLine
from tui.widgets.picture import PictureView


class WallboardScreen(ViewScreen):
    """Draws from the pump alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "show_subscriptions", "Back", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Header and board."""
        yield HeaderLine(self.pump, id="header")
        yield PictureView(id="wall")

    def on_resize(self) -> None:
        """Another size, another board."""
        self.draw()

    def draw(self) -> None:
        """Show what the pump knows now."""
        snapshot, wall = self.pump.snapshot, self.query_one(PictureView)
        wall.is_stale = self.pump.is_stale
        if snapshot is not None:
            wall.show_lines(wallboard_lines(snapshot, self.pump.trends, self.pump.now(), *wall.size))
