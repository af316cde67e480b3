"""Views whose lines are made all together, as one picture for the room that there is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from typing import Any

from tui.render.line import Line, fitted
from tui.widgets.lineview import LineView


class PictureView(LineView):
    """Shows lines that somebody else made for its size."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._lines: tuple[Line, ...] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        self._lines = tuple(lines)
        self.repaint()

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def key_of(self, index: int) -> Hashable:
        """The line itself; most of them stand still."""
        return self._lines[index]

    def line_of(self, index: int, width: int) -> Line:
        """The line, which was made for this width."""
        return fitted(self._lines[index], width)


class DrawnView(PictureView):
    """Makes its lines itself, anew for each size. A subclass calls `draw` when there is something new."""

    @abstractmethod
    def picture(self, width: int, height: int) -> Sequence[Line]:
        """The lines for a room of this size."""

    def draw(self) -> None:
        """Draw anew, and paint what differs."""
        room = self.scrollable_content_region
        self.show_lines(self.picture(room.width, room.height) if room.width else ())

    def on_resize(self) -> None:
        """Another size, another picture."""
        self.draw()
