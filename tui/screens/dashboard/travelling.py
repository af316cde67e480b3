"""What an operator can do in a recording: look at another moment."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Sequence

from textual import on, work

from engine.view.snapshot import EngineSnapshot
from tui.bundle.link import RecordedLink
from tui.bundle.recording import history_before
from tui.model.arrangement import RowRates
from tui.model.rates import Trends
from tui.model.time_series import History
from tui.render import figures
from tui.screens.dashboard.inspecting import InspectingScreen
from tui.widgets.feed import FeedView
from tui.widgets.timeline import TimelineView

MINUTE_S = 60.0

TREND_S = 120.0
"""What is looked at before a moment for its rates and their trend."""


class TravellingScreen(InspectingScreen):
    """The part of the dashboard that moves in time. On an engine that runs there is nowhere to go."""

    recorded: RecordedLink | None

    @abstractmethod
    def ask_now(self) -> None:
        """Ask for the picture, and show it."""

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
        _, pump = self.sources
        past, position = self.recorded.recording.past, self.recorded.position
        pump.badge = f"RECORDING {figures.clock(self.recorded.moment.wall)}"
        pump.go_to(*_rates(past, position))
        self.query_one(FeedView).action_let_go()
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
                self.sources[1].history = history


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
