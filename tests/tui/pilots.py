"""Driving the console in tests: a running app on a link, and what is on its screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

from textual.pilot import Pilot

from tests.support.waiting import until
from tests.tui.world import FakeLink, FakeTime, busy
from tui.app.application import SwitchboardApp
from tui.app.preferences import USUAL, Preferences
from tui.link.protocol import Link
from tui.screens.dashboard.screen import DashboardScreen
from tui.widgets.feed import FeedView
from tui.widgets.lines import Lines
from tui.widgets.lineview import LineView
from tui.widgets.logview import LogView
from tui.widgets.stage import StageView
from tui.widgets.subscriptions import SubscriptionsView


class Console:
    """An app that runs, and the pilot that presses its keys."""

    def __init__(self, app: SwitchboardApp, pilot: Pilot[int], time: FakeTime | None) -> None:
        self.app = app
        self.pilot = pilot
        self.time = time

    @property
    def dashboard(self) -> DashboardScreen:
        """The dashboard, covered or not."""
        (found,) = (one for one in self.app.screen_stack if isinstance(one, DashboardScreen))
        return found

    def lines(self, selector: str) -> list[str]:
        """The lines that a line view shows, as text."""
        view = self.dashboard.query_one(selector)
        assert isinstance(view, LineView)
        height = view.scrollable_content_region.height
        return [view.render_line(y).text.rstrip() for y in range(min(height, view.line_count()))]

    def text(self, selector: str = "#subscriptions") -> str:
        """The same in one piece."""
        return "\n".join(self.lines(selector))

    def said(self, selector: str) -> str:
        """What a form says."""
        return "\n".join(
            "".join(part.text for part in line) for line in self.app.screen.query_one(selector, Lines).lines
        )

    @property
    def toasts(self) -> list[str]:
        """Messages that were shown so far."""
        return [one.message for one in self.app._notifications]

    async def press(self, *keys: str) -> None:
        """Press keys, and let the app answer."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*("space" if sign == " " else sign for sign in text))

    async def until(self, condition: Callable[[], object], what: str = "the condition") -> None:
        """Wait for something on the screen."""
        await until(condition, what)


@asynccontextmanager
async def console(
    link: Link | None = None,
    size: tuple[int, int] = (160, 48),
    *,
    is_busy: bool = False,
    may_break: bool = False,
    preferences: Preferences = USUAL,
) -> AsyncIterator[Console]:
    """A console that has drawn its first snapshot. On a made-up engine its time stands still.

    The console survives what breaks in it, so it is asked at the end whether anything did.
    """
    link = link or FakeLink()
    time = FakeTime() if isinstance(link, FakeLink) else None
    clock = monotonic if time is None else time
    app = SwitchboardApp(link, clock=clock, preferences=preferences)
    if is_busy:
        busy(app.pump)
    async with app.run_test(size=size) as pilot:
        shown = Console(app, pilot, time)
        await shown.until(lambda: app.pump.snapshot is not None or app.pump.failure, "the first answer")
        await pilot.pause()
        yield shown
    assert may_break or not app.breakages, app.breakages


def line_of(shown: Console, view: type[SubscriptionsView | FeedView | StageView | LogView], words: str) -> int:
    """The line of a view in which words stand, counted from the view's upper edge."""
    found = shown.app.screen.query_one(view)
    top = found.scrollable_content_region.y - found.region.y
    lines = [found.render_line(y).text for y in range(found.scrollable_content_region.height)]
    return top + next(y for y, text in enumerate(lines) if words in text)
