"""What the screens beside the dashboard have in common: the way back, and one view that they are there for."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from tui.keys.actions import bindings_named
from tui.screens.live import LiveScreen


class ViewScreen(LiveScreen):
    """What breaks while it draws harms its view alone."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_named("show_subscriptions", "show_feed")]
    tab = ""
    """The action that leads here."""

    async def action_show_feed(self) -> None:
        """Go to the feed of the dashboard."""
        self.dismiss()
        await self.app.run_action("go_to_feed")

    def action_show_subscriptions(self) -> None:
        """Go back to the dashboard."""
        self.dismiss()

    def draw(self) -> None:
        """Hand each widget what it shows."""

    async def fetch(self) -> None:
        """Ask for what the pump does not know."""

    async def show_answer(self) -> None:
        """Fetch the rest, and draw."""
        with self.view.surviving():
            await self.fetch()
            with self.timed():
                self.draw()
