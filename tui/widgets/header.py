"""The header: one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.options import Colour
from tui.model.pump import Pump
from tui.render.header import Status, header_line, waiting_line
from tui.render.line import Line
from tui.widgets.one_line import OneLineView


class HeaderLine(OneLineView, can_focus=False):
    """Who this is, how it is, what goes through it."""

    def __init__(self, pump: Pump, badges: Callable[[], tuple[str, ...]] = tuple, **options: Any) -> None:
        super().__init__(**options)
        self._pump = pump
        self._badges = badges
        self._colour: Colour | None = None

    def show(self) -> None:
        """Take what the pump knows now."""
        self._wear(None if self._pump.snapshot is None else self._pump.snapshot.colour)
        self.line = self._made()
        self.repaint()

    def on_resize(self) -> None:
        """Another width, another line."""
        self.show()

    async def on_click(self) -> None:
        """Go to the next problem; where there is no such thing, back to the dashboard."""
        has_problems = hasattr(self.screen, "action_next_problem")
        await self.screen.run_action("next_problem" if has_problems else "show_subscriptions")

    def _wear(self, colour: Colour | None) -> None:
        """Have the whole line in the engine's colour."""
        if colour is self._colour:
            return
        for name in Colour:
            self.set_class(name is colour, f"-{name}")
        self._colour = colour
        self._strips.clear()
        self._styles_of.clear()

    def _made(self) -> Line:
        pump, width = self._pump, self.size.width
        badges = tuple(badge for badge in (pump.badge, pump.lock, *self._badges()) if badge)
        status = Status(pump.silent_s, pump.is_stale, pump.failure, pump.answer_s, pump.is_slow, badges)
        if pump.snapshot is None:
            return waiting_line(status, width)
        return header_line(pump.snapshot, pump.trends, status, pump.wall(), width)
