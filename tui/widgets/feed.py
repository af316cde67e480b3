"""The feed: the last deliveries, newest first, or last."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region

from engine.view.snapshot import SubscriptionRow
from tui.keys.moves import CURSOR_KEYS
from tui.model.deliveries import Deliveries, Delivery
from tui.model.feed_choice import Chosen, FeedChoice
from tui.render.delivery import delivery_line
from tui.render.line import Line
from tui.widgets.lineview import LineView


class FeedView(LineView):
    """Runs along with the engine until it is frozen or scrolled, or a delivery is selected."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("escape", "let_go", "Let it run", show=False),
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_frozen = False
        self.is_following = False
        """Whether it is to show what belongs to the selected subscription or member."""
        self.followed_event: str | None = None
        """The name of the events that alone are to be shown."""
        self.is_newest_last = False
        self._chosen = Chosen(FeedChoice())
        self._lines: list[Delivery] = []
        self._taken: list[Delivery] = []
        self._newest = 0
        self._cursor: int | None = None
        """Number of the selected delivery."""
        self._rows: dict[str, SubscriptionRow] = {}
        self._wall_offset = 0.0
        self._now = 0.0

    @property
    def choice(self) -> FeedChoice:
        """Which deliveries are shown."""
        return self._chosen.choice

    @property
    def is_running(self) -> bool:
        """Whether new deliveries come in: neither frozen, nor one selected, nor scrolled away from the newest."""
        if self.is_frozen or self._cursor is not None:
            return False
        return self.is_at_end if self.is_newest_last else self.scroll_offset.y == 0

    @property
    def selected(self) -> Delivery | None:
        """The delivery under the cursor; without a cursor the newest."""
        place = self._place
        if place is None and self._lines:
            place = len(self._lines) - 1 if self.is_newest_last else 0
        return None if place is None else self._lines[place]

    @property
    def unseen(self) -> int:
        """Lines that came while the feed stood still."""
        return self._newest - (self._taken[-1].number if self._taken else 0)

    def show(
        self, deliveries: Deliveries, rows: tuple[SubscriptionRow, ...], wall_offset: float, now: float = 0.0
    ) -> None:
        """Take what is new. `now`: monotonic seconds of the engine."""
        self._now = now
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
        self.is_newest_last = self.keeps_end = not self.is_newest_last
        self._lay_out()
        self._painted.clear()
        self.repaint()
        self.show_newest()

    def show_newest(self) -> None:
        """Scroll to where the newest stand."""
        if self.is_newest_last:
            self.show_end()
        elif self.scroll_offset.y:
            self.scroll_home(animate=False, immediate=True)

    def action_move(self, step: int) -> None:
        """Move the cursor by some lines. Beyond the newest it leaves, and the feed runs again."""
        place, last = self._place, len(self._lines) - 1
        if place is None:
            is_away = (step < 0) if self.is_newest_last else (step > 0)
            if not self._lines or not is_away:
                self.action_let_go()
                return
            place = last + 1 if self.is_newest_last else self.scroll_offset.y - 1
        wanted = place + step
        if (wanted > last) if self.is_newest_last else (wanted < 0):
            self.action_let_go()
            return
        self._select(min(max(wanted, 0), last))

    def action_let_go(self) -> None:
        """Take the cursor away, so that the feed runs again."""
        self._cursor = None
        self.show_newest()
        self.repaint()

    async def on_click(self, event: Click) -> None:
        """Select the delivery that was clicked; a second click opens it."""
        index = self.line_at(event)
        if index is None:
            return
        if index == self._place:
            await self.screen.run_action("open")
        else:
            self._select(index)

    def is_selected(self, index: int) -> bool:
        """Whether the cursor is on the line."""
        return index < len(self._lines) and self._lines[index].number == self._cursor

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def key_of(self, index: int) -> Hashable:
        """The delivery, how much is told of it, and the second while it is held."""
        delivery = self._lines[index]
        return delivery.number, delivery.version, int(self._now) if delivery.is_held else None

    def line_of(self, index: int, width: int) -> Line:
        """The line."""
        delivery = self._lines[index]
        row = self._rows.get(delivery.story.subscription)
        return delivery_line(delivery, row, self._wall_offset, width, self._now)

    def _lay_out(self) -> None:
        shown = self._chosen.of(self._taken, self._rows)
        self._lines = shown if self.is_newest_last else shown[::-1]
        if self._place is None:
            self._cursor = None

    @property
    def _place(self) -> int | None:
        """The line that the cursor is on."""
        if self._cursor is None:
            return None
        return next((index for index, one in enumerate(self._lines) if one.number == self._cursor), None)

    def _select(self, index: int) -> None:
        self._cursor = self._lines[index].number
        self.scroll_to_region(Region(0, index, 1, 1), animate=False, force=True, immediate=True)
        self.repaint()
