"""The header line of a running console."""

from __future__ import annotations

from tests.tui.anywhere import answering
from tests.tui.pilots import console
from tests.tui.world import PIKE
from tui.screens.views.charts import ChartsScreen
from tui.widgets.header import HeaderLine
from tui.widgets.subscriptions import SubscriptionsView


async def test_a_click_on_the_header_goes_to_the_next_problem_and_back_from_other_screens() -> None:
    async with console(answering()) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.pilot.click(HeaderLine)
        await shown.until(lambda: view.selected == (PIKE, PIKE.members[0]), "the failed member")
        await shown.press("3")
        assert isinstance(shown.app.screen, ChartsScreen)
        await shown.pilot.click(HeaderLine)
        await shown.until(lambda: shown.app.screen is shown.dashboard, "the dashboard")
