"""The application: what it is made of, and how it begins."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.binding import Binding, BindingType

from engine.host.gc_tuning import steady_heap
from tui.app.exporter import ExporterPart
from tui.app.keyboard import KeyboardPart
from tui.app.lock import LockPart
from tui.app.looks import LooksPart
from tui.app.overlays import OverlaysPart
from tui.app.palette import PalettePart
from tui.app.restore import RestorePart
from tui.app.views import ViewsPart
from tui.keys.actions import global_bindings
from tui.terminal.signals import ENDINGS


class SwitchboardApp(
    KeyboardPart,
    PalettePart,
    LooksPart,
    LockPart,
    ViewsPart,
    OverlaysPart,
    ExporterPart,
    RestorePart,
):
    """The console on a link.

    An action that works on every screen, `action_<name>` of the table in `tui.keys.actions`, is in one of the parts.
    """

    CSS_PATH = "styles/console.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *global_bindings(),
        # Forms take letters, and cut the app's other bindings off.
        Binding("f1", "help", "Help", show=False, priority=True),
    ]
    # Textual declares these without ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (240, "-broad")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    async def on_mount(self) -> None:
        """Show the dashboard, the way it was left."""
        self.use_keys(self.preferences.keys)
        self.use_looks()
        if not self.is_headless:
            for number in ENDINGS:
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
        for notice in self.preferences.notices:
            self.notify(notice, severity="warning", timeout=20, markup=False)
        await self.push_screen(self.dashboard)
        await self.reopen()
        if not self.is_headless:
            # A look at all that the console is made of would stop both threads for some 50 ms, again and again.
            self.call_after_refresh(steady_heap)
