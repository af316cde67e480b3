"""The feed: the last deliveries, newest first."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from engine.snapshot import SubscriptionRow
from tui.deliveries import Deliveries, Delivery
from tui.render.delivery import delivery_line
from tui.render.line import Line
from tui.widgets.lineview import LineView


class FeedView(LineView):
    """Runs along with the engine until it is frozen or scrolled."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_frozen = False
        self._lines: list[Delivery] = []
        self._newest = 0
        self._rows: dict[str, SubscriptionRow] = {}
        self._wall_offset = 0.0

    @property
    def is_running(self) -> bool:
        """Whether new deliveries come in at the top: neither frozen nor scrolled away from it."""
        return not self.is_frozen and self.scroll_offset.y == 0

    @property
    def unseen(self) -> int:
        """Lines that came while the feed stood still."""
        return self._newest - (self._lines[0].number if self._lines else 0)

    def show(self, deliveries: Deliveries, rows: tuple[SubscriptionRow, ...], wall_offset: float) -> None:
        """Take what is new."""
        self._newest = deliveries.newest
        self._rows = {row.id: row for row in rows}
        self._wall_offset = round(wall_offset, 3)
        if self.is_running:
            self._lines = list(reversed(deliveries.lines))
        self.repaint()

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def key_of(self, index: int) -> Hashable:
        """The delivery and how much is told of it."""
        delivery = self._lines[index]
        return delivery.number, delivery.version

    def line_of(self, index: int, width: int) -> Line:
        """The line."""
        delivery = self._lines[index]
        return delivery_line(delivery, self._rows.get(delivery.story.subscription), self._wall_offset, width)
