"""The time slider of a recording: one line, for keys and mouse."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.bundle.link import RecordedLink
from tui.render.line import Line
from tui.render.timeline import BAR_AT, bar_width, failures_in, moment_at, timeline_line
from tui.widgets.lineview import LineView


class TimelineView(LineView):
    """Shows the moment at which a recording stands. It moves nothing itself: it asks to go somewhere."""

    class Wanted(Message):
        """The operator wants to see another moment."""

        def __init__(self, position: int) -> None:
            super().__init__()
            self.position = position

    DEFAULT_CSS = """
    TimelineView {
        height: 1;
        overflow: hidden;
        background: $surface;
        &:focus { background: $primary-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "Earlier", show=False),
        Binding("right,l", "step(1)", "Later", show=False),
        Binding("home,g", "step(-1000000)", "Beginning", show=False),
        Binding("end,G", "step(1000000)", "End", show=False),
    ]

    def __init__(self, recorded: RecordedLink, **options: Any) -> None:
        super().__init__(**options)
        self._recorded = recorded
        self._walls = [one.wall for one in recorded.recording.past]
        self._failures = failures_in(recorded.recording.past)

    def action_step(self, step: int) -> None:
        """Go some snapshots on, or back."""
        self.post_message(self.Wanted(self._recorded.position + step))

    def on_click(self, event: Any) -> None:
        """Go where the bar was clicked."""
        self.post_message(self.Wanted(moment_at(self._walls, event.x - BAR_AT, bar_width(self.size.width))))

    def line_count(self) -> int:
        """One."""
        return 1

    def key_of(self, index: int) -> Hashable:
        """Where it stands."""
        return index, self._recorded.position

    def line_of(self, index: int, width: int) -> Line:
        """The line."""
        return timeline_line(self._walls, self._recorded.position, self._failures, width) if index == 0 else ()
