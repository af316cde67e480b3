"""What the screens beside the dashboard have in common: they draw from the same pump, while they are shown."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.screen import Screen

from tui.keys.actions import bindings_named
from tui.link.answers import Answer, ask
from tui.link.protocol import Link
from tui.model.pump import BEAT_S, Pump
from tui.sturdy.survival import Sturdy
from tui.widgets.header import HeaderLine
from tui.widgets.lineview import LineView


class WatchingScreen(Sturdy, Screen[None]):
    """Beats only while it is shown; then it is the only one that asks."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_named("show_subscriptions", "show_feed")]
    tab = ""
    """The action that leads here."""

    def __init__(self, link: Link, pump: Pump, subscription: str | None = None, member: int | None = None) -> None:
        super().__init__()
        self._member = member
        self._subscription = subscription
        self._link = link
        self._pump = pump
        self._is_covered = False

    def on_mount(self) -> None:
        """Begin to beat."""
        self.set_interval(BEAT_S, self._beat, name="pump")
        self._ask()

    def on_screen_suspend(self) -> None:
        """A covered screen neither asks nor draws."""
        self._is_covered = True

    def on_screen_resume(self) -> None:
        """Ask at once for what was missed."""
        self._is_covered = False
        self._ask()

    async def action_show_feed(self) -> None:
        """Go to the feed of the dashboard."""
        self.dismiss()
        await self.app.run_action("go_to_feed")

    def action_show_subscriptions(self) -> None:
        """Go back to the dashboard."""
        self.dismiss()

    @property
    def view(self) -> LineView:
        """What the screen is there for."""
        return next(one for one in self.query("LineView") if isinstance(one, LineView) and one.can_focus)

    def draw(self) -> None:
        """Hand each widget what it shows."""

    def on_beat(self) -> None:
        """An eighth of a second is over."""

    async def fetch(self) -> None:
        """Ask for what the pump does not know."""

    def _beat(self) -> None:
        if self._is_covered:
            return
        if self._pump.beat():
            self._ask()
        header = self.query_one(HeaderLine)
        with header.surviving():
            header.show()
        with self.view.surviving(heals=False):
            self.on_beat()

    @work(group="pump")
    async def _ask(self) -> None:
        await self._pump.ask()
        if not self.query(HeaderLine):
            return  # the screen was closed while the engine answered
        with self.view.surviving():
            await self.fetch()
            started = self._pump.clock()
            self.draw()
            self.call_after_refresh(lambda: self._pump.note_frame(self._pump.clock() - started))

    async def _command(self, name: str, **parameters: object) -> Answer:
        """Carry out a command; a toast says why it was refused."""
        answer = await ask(self._link, name, **parameters)
        if answer.failure:
            self.notify(answer.failure, title="Refused", severity="error", markup=False)
        return answer
