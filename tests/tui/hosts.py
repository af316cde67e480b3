"""A small app around the widgets that a test is about, with the console's style sheet and nothing else of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from textual.app import ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

import tui.app.application
from tests.support.waiting import until
from tui.sturdy.survival import SurvivingApp
from tui.widgets.lines import Lines
from tui.widgets.lineview import LineView

M = TypeVar("M", bound=Message)
R = TypeVar("R")


class Host(SurvivingApp):
    """Shows some widgets, and writes down the messages that they post."""

    CSS_PATH = Path(tui.app.application.__file__).parent / tui.app.application.SwitchboardApp.CSS_PATH

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets = widgets
        self._heard: list[Message] = []

    def compose(self) -> ComposeResult:
        """The widgets, one below the other."""
        yield from self._widgets

    def heard(self, kind: type[M]) -> list[M]:
        """The messages of a kind that came up to the app so far."""
        return [message for message in self._heard if type(message) is kind]

    async def _dispatch_message(self, message: Message) -> None:
        self._heard.append(message)
        await super()._dispatch_message(message)


class Hosted:
    """A host that runs, and the pilot that presses its keys."""

    def __init__(self, app: Host, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, and let the app answer."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*("space" if sign == " " else sign for sign in text))

    async def click(self, widget: Widget, x: int, y: int) -> None:
        """Click a cell of a widget."""
        await self.pilot.click(widget, offset=(x, y))
        await self.pilot.pause()

    async def opens(self, screen: Screen[R]) -> list[R | None]:
        """Open a screen; what it was dismissed with comes into the list."""
        results: list[R | None] = []
        await self.app.push_screen(screen, results.append)
        await self.pilot.pause()
        return results

    def heard(self, kind: type[M]) -> list[M]:
        """The messages of a kind that came up to the app so far."""
        return self.app.heard(kind)

    async def hears(self, kind: type[M], count: int = 1) -> M:
        """Wait for so many messages of a kind; the last of them."""
        await until(lambda: len(self.heard(kind)) >= count, f"{count} of {kind.__qualname__}")
        return self.heard(kind)[-1]


@asynccontextmanager
async def hosted(*widgets: Widget, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Hosted]:
    """The widgets in a running app. What breaks in them, the app survives, so it is asked at the end."""
    app = Host(*widgets)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Hosted(app, pilot)
    assert not app.breakages, app.breakages


def seen(view: LineView) -> list[str]:
    """The lines in view, as text."""
    return [view.render_line(y).text.rstrip() for y in range(view.scrollable_content_region.height)]


def said(lines: Lines) -> list[str]:
    """The lines that a form says."""
    return ["".join(part.text for part in line) for line in lines.lines]
