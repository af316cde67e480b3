"""What an operator can do about the time: let the picture stand still and, in a recording, look at another moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual import on, work

from engine.view.snapshot import EngineSnapshot
from tui.bundle.link import RecordedLink
from tui.bundle.recording import history_before
from tui.keys.in_force import key_of
from tui.model.arrangement import RowRates
from tui.model.rates import Trends
from tui.model.time_series import History
from tui.render import figures
from tui.screens.dashboard.base import DashboardBase
from tui.widgets.timeline import TimelineView

MINUTE_S = 60.0

TREND_S = 120.0
"""What is looked at before a moment for its rates and their trend."""


class MomentsPart(DashboardBase):
    """Freezes, and moves in time. On an engine that runs there is nowhere to go."""

    def action_toggle_freeze(self) -> None:
        """Freeze the whole picture or let it go on."""
        if self.recorded is not None:
            self.notify("A recording stands still; , and . look at another moment", severity="warning")
            return
        feed = self.feed
        self.pump.turn_frozen()
        feed.is_frozen = self.pump.is_frozen
        if not feed.is_frozen:
            feed.show_newest()
        frozen = f"Frozen: the engine goes on; {key_of(self, 'toggle_freeze')} unfreezes"
        self.notify(frozen if feed.is_frozen else "Live again")
        self.show_news()

    def action_step_back(self) -> None:
        """The snapshot before this one."""
        self._travel(lambda recorded: recorded.go_to(recorded.position - 1))

    def action_step_on(self) -> None:
        """The snapshot after this one."""
        self._travel(lambda recorded: recorded.go_to(recorded.position + 1))

    def action_minute_back(self) -> None:
        """A minute earlier."""
        self._travel(lambda recorded: recorded.go_by(-MINUTE_S))

    def action_minute_on(self) -> None:
        """A minute later."""
        self._travel(lambda recorded: recorded.go_by(MINUTE_S))

    @on(TimelineView.Wanted)
    def _slid(self, message: TimelineView.Wanted) -> None:
        self._travel(lambda recorded: recorded.go_to(message.position))

    def arrive(self) -> None:
        """Show the moment at which the recording stands."""
        if self.recorded is None:
            return
        past, position = self.recorded.recording.past, self.recorded.position
        self.pump.badge = f"RECORDING {figures.clock(self.recorded.moment.wall)}"
        self.pump.go_to(*_rates(past, position))
        self.feed.action_let_go()
        self.query_one(TimelineView).repaint()
        self._recall()
        self.ask_now()

    def _travel(self, move: Callable[[RecordedLink], bool]) -> None:
        if self.recorded is None:
            self.notify("Only a recording has a time slider: switchboard open FILE", severity="warning")
        elif move(self.recorded):
            self.arrive()
        else:
            is_first = self.recorded.position == 0
            self.notify(f"This is the {'beginning' if is_first else 'end'} of the recording")

    @work(group="recall", exclusive=True)
    async def _recall(self) -> None:
        """Have the charts end at the moment. Many snapshots take a while, so it is done beside the screen."""
        if self.recorded is not None:
            position = self.recorded.position
            history = await asyncio.to_thread(_history, self.recorded, position)
            if self.recorded.position == position:
                self.pump.history = history


def _history(recorded: RecordedLink, position: int) -> History:
    history = history_before(recorded.recording)
    for snapshot in recorded.recording.past[: position + 1]:
        history.note(snapshot)
    return history


def _rates(past: Sequence[EngineSnapshot], position: int) -> tuple[Trends, RowRates]:
    """The rates of a moment, from the snapshots before it. The moment's own is to be noted when it is shown."""
    trends, rates = Trends(), RowRates()
    for snapshot in past[:position]:
        if past[position].at - snapshot.at <= TREND_S:
            trends.note(snapshot)
            rates.note(snapshot)
    return trends, rates
