"""The screens beside the dashboard, from wherever one is."""

from __future__ import annotations

from textual.screen import Screen

from tests.tui.anywhere import answering
from tests.tui.pilots import console
from tui.screens.views.audit import AuditScreen
from tui.screens.views.charts import ChartsScreen
from tui.screens.views.log import LogScreen
from tui.screens.views.stage import StageScreen
from tui.screens.views.wallboard import WallboardScreen

KEYS: dict[str, type[Screen[None]]] = {"3": ChartsScreen, "4": StageScreen, "5": LogScreen, "w": WallboardScreen}


async def test_one_takes_the_place_of_another_and_its_own_key_leads_back() -> None:
    async with console(answering()) as shown:
        for key, kind in KEYS.items():
            await shown.press(key)
            assert isinstance(shown.app.screen, kind)
            assert shown.app.screen_stack[-2] is shown.dashboard
        for key in KEYS:
            await shown.press("1", key, key)
            assert shown.app.screen is shown.dashboard


async def test_charts_and_stage_begin_with_what_is_selected() -> None:
    async with console(answering()) as shown:
        await shown.press("down", "3")
        await shown.until(lambda: "member 1" in str(shown.app.screen.query_one("#charts").border_title), "the charts")
        await shown.press("4")
        await shown.until(
            lambda: "E_PIKE_BLOCKED" in str(shown.app.screen.query_one("#stage").border_title), "the stage"
        )


async def test_the_trail_is_opened_once() -> None:
    async with console(answering()) as shown:
        await shown.press("A")
        assert isinstance(shown.app.screen, AuditScreen)
        depth = len(shown.app.screen_stack)
        await shown.app.run_action("show_audit")
        assert len(shown.app.screen_stack) == depth
