"""The feed: it runs along, stands still, and selects."""

from __future__ import annotations

from tests.tui.anywhere import answering
from tests.tui.pilots import console, line_of
from tui.screens.views.inspector import InspectorScreen
from tui.widgets.feed import FeedView


async def test_a_click_in_the_feed_selects_the_delivery_under_it() -> None:
    async with console(answering()) as shown:
        feed = shown.dashboard.query_one(FeedView)
        await shown.until(lambda: feed.line_count() == 3, "the deliveries")
        at = (5, line_of(shown, FeedView, "E_ACC_CDR"))
        await shown.pilot.click(FeedView, offset=at)
        await shown.until(lambda: feed.selected and feed.selected.event.name == "E_ACC_CDR", "the delivery")
        await shown.pilot.click(FeedView, offset=at)
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")
