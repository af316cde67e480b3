"""The stage as a view, by keys and mouse."""

from __future__ import annotations

import pytest

from tests.tui.anywhere import answering
from tests.tui.pilots import console, line_of
from tui.screens.views.stage import StageScreen
from tui.widgets.stage import StageView


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_a_click_on_the_stage_goes_to_the_member(size: tuple[int, int]) -> None:
    async with console(answering(), size) as shown:
        await shown.press("4")
        assert isinstance(shown.app.screen, StageScreen)
        stage = shown.app.screen.query_one(StageView)
        await shown.until(lambda: stage.line_count() > 4, "the picture")
        await shown.pilot.click(StageView, offset=(60, line_of(shown, StageView, "UP")))
        await shown.until(lambda: stage.cursor == 1, "the second member")
        await shown.press("ctrl+o", "a")
        assert stage.cursor == 0
