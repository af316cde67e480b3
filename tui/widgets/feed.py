"""The feed: the last deliveries, newest first, or last."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from engine.snapshot import SubscriptionRow
from tui.deliveries import Deliveries, Delivery
from tui.feedchoice import Chosen, FeedChoice
from tui.render.delivery import delivery_line
from tui.render.line import Line
from tui.widgets.lineview import LineView


class FeedView(LineView):
    """Runs along with the engine until it is frozen or scrolled."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_frozen = False
        self.is_following = False
        """Whether it is to show what belongs to the selected subscription or member."""
        self.is_newest_last = False
        self._chosen = Chosen(FeedChoice())
        self._lines: list[Delivery] = []
        self._taken: list[Delivery] = []
        self._newest = 0
        self._rows: dict[str, SubscriptionRow] = {}
        self._wall_offset = 0.0

    @property
    def choice(self) -> FeedChoice:
        """Which deliveries are shown."""
        return self._chosen.choice

    @property
    def is_running(self) -> bool:
        """Whether new deliveries come in: neither frozen nor scrolled away from where the newest stand."""
        if self.is_frozen:
            return False
        return self.scroll_offset.y >= self.max_scroll_y if self.is_newest_last else self.scroll_offset.y == 0

    @property
    def unseen(self) -> int:
        """Lines that came while the feed stood still."""
        return self._newest - (self._taken[-1].number if self._taken else 0)

    def show(self, deliveries: Deliveries, rows: tuple[SubscriptionRow, ...], wall_offset: float) -> None:
        """Take what is new."""
        was_running = self.is_running
        self._newest = deliveries.newest
        self._rows = {row.id: row for row in rows}
        self._wall_offset = round(wall_offset, 3)
        if was_running:
            self._taken = list(deliveries.lines)
            self._lay_out()
        self.repaint()
        if was_running:
            self.show_newest()

    def choose(self, choice: FeedChoice) -> None:
        """Show other deliveries of those that are here, also while the feed stands still."""
        self._chosen = Chosen(choice)
        self._lay_out()
        self.repaint()

    def turn_round(self) -> None:
        """The newest at the other end from now on."""
        self.is_newest_last = not self.is_newest_last
        self._lay_out()
        self._painted.clear()
        self.repaint()
        self.show_newest()

    def show_newest(self) -> None:
        """Scroll to where the newest stand."""
        if self.is_newest_last:
            self.scroll_end(animate=False, immediate=True)
        elif self.scroll_offset.y:
            self.scroll_home(animate=False, immediate=True)

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

    def _lay_out(self) -> None:
        shown = self._chosen.of(self._taken, self._rows)
        self._lines = shown if self.is_newest_last else shown[::-1]
