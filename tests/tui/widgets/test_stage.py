"""The stage as a view, by keys and mouse."""

from __future__ import annotations

import pytest

from tests.tui.anywhere import answering
from tests.tui.hosts import hosted, seen
from tests.tui.pilots import console, line_of
from tests.tui.world import CDR, NOW
from tui.render.stage import Scene
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


def scene(event: str = "E_ACC_CDR 41") -> Scene:
    return Scene(CDR, event, (), 0.0, NOW, 0)


async def test_the_cursor_stays_on_the_members() -> None:
    view = StageView()
    async with hosted(view, size=(100, 30)) as shown:
        view.focus()
        await shown.press("down")
        assert view.cursor == 0, "an empty stage has no members"
        view.show(scene())
        await shown.press("down", "j", "down", "down")
        assert view.cursor == 2
        await shown.press("k", "up", "up", "up")
        assert view.cursor == 0
        view.show(None)
        assert view.line_count() == 0


async def test_each_member_in_view_can_be_jumped_to() -> None:
    view = StageView()
    async with hosted(view, size=(100, 30)) as shown:
        assert list(view.jump_targets()) == []
        view.show(scene())
        await shown.pilot.pause()
        targets = list(view.jump_targets())
        assert len(targets) == len(CDR.members)
        targets[2].go()
        await shown.pilot.pause()
        assert view.cursor == 2
        assert view.has_focus
        assert "10.0.0.13" in seen(view)[targets[2].at.y - view.scrollable_content_region.y + 1]
