"""What every part of the application stands on: the link, the pump, the dashboard, preferences, and the keys."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.app.preferences import USUAL, Preferences
from tui.bundle.link import RecordedLink
from tui.keys.actions import ACTIONS, Action
from tui.link.guarded import GuardedLink
from tui.link.protocol import Link
from tui.model.pump import Pump
from tui.screens.dashboard.screen import DashboardScreen
from tui.sturdy.survival import SurvivingApp
from tui.terminal.ascii import AsciiDriver
from tui.userfiles.raised_book import RaisedBook


class AppBase(SurvivingApp):
    """The parts inherit this and nothing else. `clock` is this process' monotonic one; tests let it stand still."""

    actions: tuple[Action, ...] = ACTIONS
    """The table of actions with the keys in force."""

    def __init__(
        self,
        link: Link,
        *,
        title: str = "Switchboard",
        clock: Callable[[], float] = time.monotonic,
        preferences: Preferences = USUAL,
        book: RaisedBook | None = None,
    ) -> None:
        super().__init__(driver_class=AsciiDriver if preferences.is_ascii else None)
        self.title = title
        self.preferences = preferences
        if not isinstance(link, GuardedLink):
            link = GuardedLink(link, is_read_only=preferences.is_read_only)
        self.link: GuardedLink = link
        self.recorded = link.inner if isinstance(link.inner, RecordedLink) else None
        """The recording that is shown, where it is one."""
        self.pump = Pump(link, clock if self.recorded is None else _no_time)
        self.dashboard = DashboardScreen(link, self.pump, book or RaisedBook(), self.recorded)
        self.show_lock()

    def show_lock(self) -> None:
        """Have the headers say what is refused."""
        locked = "LOCKED" if self.link.is_locked else ""
        self.pump.lock = "READ-ONLY" if self.link.is_read_only else locked

    @property
    def selected(self) -> tuple[SubscriptionRow, MemberRow | None] | None:
        """What the dashboard's cursor is on."""
        return self.dashboard.selected


def _no_time() -> float:
    """The clock of a recording: it stands still."""
    return 0.0
