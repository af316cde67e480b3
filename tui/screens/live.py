"""What the dashboard and the screens beside it have in common: they draw from the same pump, while they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

from textual import work
from textual.screen import Screen

from engine.errors import SwitchboardError
from tui.link.protocol import Link
from tui.model.pump import Pump
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.widgets.header import HeaderLine
from tui.widgets.lineview import LineView


@runtime_checkable
class Beating(Protocol):
    """A screen that moves on as the console's one timer beats."""

    def beat(self) -> None:
        """An eighth of a second is over, and the screen is the one that is shown."""


class LiveScreen(Sturdy, Screen[None]):
    """Asks when it comes to be shown, and then as the timer beats. Its heirs say what is done with an answer."""

    def __init__(self, link: Link, pump: Pump) -> None:
        super().__init__()
        self.link = link
        self.pump = pump

    def on_mount(self) -> None:
        """Ask for the first time."""
        self.ask_now()

    def on_screen_resume(self) -> None:
        """Ask at once for what was missed."""
        self.ask_now()

    @property
    def view(self) -> LineView:
        """What the screen is there for."""
        return next(one for one in self.query("LineView") if isinstance(one, LineView) and one.can_focus)

    @property
    def is_there(self) -> bool:
        """Whether the screen has its widgets: they come after it, and go before it."""
        return bool(self.query(HeaderLine))

    def beat(self) -> None:
        """Ask when it is time; move on what moves without an answer."""
        if not self.is_there:
            return
        if self.pump.beat():
            self.ask_now()
        header, view = self.query_one(HeaderLine), self.view
        with header.surviving():
            header.show()
        with view.surviving(heals=False):
            self.move_on()

    def move_on(self) -> None:
        """Draw what depends on the time alone."""

    async def show_answer(self) -> None:
        """Show what the pump knows now."""

    @work(group="pump")
    async def ask_now(self) -> None:
        """Ask for the picture, and show it."""
        await self.pump.ask()
        if self.is_there:  # otherwise it was closed while the engine answered
            await self.show_answer()

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Within it news are handed out; the pump is told how long they take to get to the screen."""
        started = self.pump.clock()
        yield
        self.call_after_refresh(lambda: self.pump.note_frame(self.pump.clock() - started))

    async def command(self, name: str, **parameters: Any) -> Any:
        """Carry out a command; None, and a toast that says why, when it was refused or nobody answered."""
        try:
            answer = await self.link.command(name, **parameters)
        except SwitchboardError as error:
            self.notify(clean(str(error)), title="Refused", severity="error", markup=False)
            return None
        except Exception as error:  # noqa: BLE001 - a foreign failure of the link is shown, and must not end the console
            text = clean(str(error)) or type(error).__name__
            self.notify(text, title="No answer from the engine", severity="error", markup=False)
            return None
        self.ask_now()
        return answer

    async def turn_receiver(self, subscription: str, member: int) -> None:
        """Stop the lab's receiver behind a member, or start it again."""
        answer = await self.command("toggle_receiver", subscription=subscription, member=member)
        if answer is not None:
            words = "runs again" if answer["running"] else "stopped"
            self.notify(f"receiver {answer['receiver']} {words}", markup=False)
