"""The application: wiring only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from engine.background import BackgroundEngine
from tui.actions import ACTIONS, global_bindings
from tui.link import Link, LocalLink
from tui.pump import Pump
from tui.screens.dashboard import DashboardScreen
from tui.screens.help import HelpScreen


class SwitchboardApp(App[int]):
    """The console on a link. `clock` is this process' monotonic one; tests let it stand still."""

    CSS_PATH = "styles/console.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*global_bindings()]
    # Textual declares these without ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    def __init__(self, link: Link, *, title: str = "Switchboard", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.title = title
        self._link = link
        self.pump = Pump(link, clock)

    def on_mount(self) -> None:
        """Show the dashboard."""
        self.push_screen(DashboardScreen(self._link, self.pump))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the table that the screen has, and the theme."""
        for action in ACTIONS:
            owner = self if action.is_global else screen
            if hasattr(owner, f"action_{action.name}"):
                run = self._runner(owner, action.name)
                yield SystemCommand(action.title, f"{action.help} ({action.shown_keys})", run)
        yield SystemCommand("Theme", "Choose the colours of the console.", self.action_change_theme)

    def action_help(self) -> None:
        """Show every key and sign."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def _runner(self, owner: App[int] | Screen[object], name: str) -> Callable[[], object]:
        async def run() -> None:
            await owner.run_action(name)

        return run


def run_console(background: BackgroundEngine, *, title: str) -> int:
    """Show the console of an engine that runs in the background, until the operator quits.

    The engine is neither started nor stopped here. Returns the exit status of the process.
    """
    app = SwitchboardApp(LocalLink(background), title=title)
    app.run()
    return app.return_code or 0
