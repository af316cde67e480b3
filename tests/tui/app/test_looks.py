"""How preferences change what is drawn."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.pilots import console
from tui.app.preferences import Preferences


async def test_without_motion_nothing_slides_and_no_cursor_blinks() -> None:
    for has_motion in (True, False):
        async with console(preferences=Preferences(has_motion=has_motion)) as shown:
            await shown.press("slash")
            assert shown.app.screen.query_one("#filter-text", Input).cursor_blink is has_motion
            assert (shown.app.animation_level == "none") is not has_motion


async def test_the_style_sheet_knows_of_poor_fonts() -> None:
    for is_ascii in (True, False):
        async with console(preferences=Preferences(is_ascii=is_ascii)) as shown:
            assert shown.app.has_class("-ascii") is is_ascii
