"""What the screens beside the dashboard have in common: the way back, and what a breakage harms."""

from __future__ import annotations

import pytest

from tests.tui.anywhere import answering
from tests.tui.pilots import console
from tui.screens.views.charts import ChartsScreen
from tui.widgets.charts import ChartsView
from tui.widgets.header import HeaderLine


@pytest.mark.parametrize("key", ["3", "4", "5", "w"])
async def test_1_leads_to_the_subscriptions_and_2_to_the_feed(key: str) -> None:
    async with console(answering()) as shown:
        await shown.press(key, "1")
        assert shown.app.screen is shown.dashboard
        assert shown.dashboard.subscriptions.has_focus
        await shown.press(key, "2")
        assert shown.app.screen is shown.dashboard
        assert shown.dashboard.feed.has_focus


async def test_what_breaks_while_it_draws_harms_the_view_and_not_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: ChartsScreen) -> None:
        raise ZeroDivisionError("out of order")

    async with console(answering(), may_break=True) as shown:
        with monkeypatch.context() as patched:
            patched.setattr(ChartsScreen, "draw", broken)
            await shown.press("3")
            view, header = shown.app.screen.query_one(ChartsView), shown.app.screen.query_one(HeaderLine)
            await shown.until(lambda: view._breakage, "the breakage")
            assert not header._breakage
        await shown.until(lambda: not view._breakage, "the view again")
