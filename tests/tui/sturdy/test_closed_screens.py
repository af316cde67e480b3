"""Screens that were opened and left are not kept."""

from __future__ import annotations

import gc

from textual.strip import Strip
from textual.widget import Widget

from tests.tui.pilots import Console, console
from tests.tui.world import FakeLink

WALK = ("2", "2", "3", "4", "5", "w", "escape", "question_mark", "escape", "r", "escape")
LAPS = 6


def kept(shown: Console) -> tuple[int, int]:
    """Widgets of this console, and drawn lines, that are alive."""
    gc.collect()
    alive = gc.get_objects()
    widgets = sum(isinstance(one, Widget) and one.app is shown.app for one in alive)
    return widgets, sum(isinstance(one, Strip) for one in alive)


async def test_opening_and_leaving_screens_leaves_nothing_behind() -> None:
    link = FakeLink()
    link.answers = {"log_since": []}
    async with console(link) as shown:
        await shown.press(*WALK)
        await shown.pilot.pause(0.5)
        widgets, strips = kept(shown)
        for _ in range(LAPS):
            await shown.press(*WALK)

        def is_as_before() -> bool:
            widgets_then, strips_then = kept(shown)
            return widgets_then <= 1.5 * widgets and strips_then <= 1.5 * strips + 100

        await shown.until(is_as_before, "what was closed has gone")
