"""The mouse works everywhere, though nobody needs it."""

from __future__ import annotations

import pytest

from tests.tui.anywhere import answering
from tests.tui.pilots import Console, console
from tests.tui.world import AOR, CDR, PIKE, snapshot
from tui.screens.views.charts import ChartsScreen
from tui.screens.views.inspector import InspectorScreen
from tui.screens.views.stage import StageScreen
from tui.widgets.feed import FeedView
from tui.widgets.header import HeaderLine
from tui.widgets.logview import LogView
from tui.widgets.stage import StageView
from tui.widgets.subscriptions import SubscriptionsView


def line_of(shown: Console, view: type[SubscriptionsView | FeedView | StageView | LogView], words: str) -> int:
    """The line of a view in which words stand, counted from the view's upper edge."""
    found = shown.app.screen.query_one(view)
    top = found.scrollable_content_region.y - found.region.y
    lines = [found.render_line(y).text for y in range(found.scrollable_content_region.height)]
    return top + next(y for y, text in enumerate(lines) if words in text)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_a_click_selects_and_a_second_one_opens_a_member(size: tuple[int, int]) -> None:
    async with console(answering(), size) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        at = (20, line_of(shown, SubscriptionsView, "10.0.0.12"))
        await shown.pilot.click(SubscriptionsView, offset=at)
        await shown.until(lambda: view.selected == (CDR, CDR.members[1]), "the member under the mouse")
        await shown.pilot.click(SubscriptionsView, offset=(20, line_of(shown, SubscriptionsView, "10.0.0.12")))
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")


async def test_a_second_click_folds_a_subscription() -> None:
    async with console(answering()) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        at = (20, line_of(shown, SubscriptionsView, "E_ACC_CDR"))
        await shown.pilot.click(SubscriptionsView, offset=at)
        await shown.until(lambda: view.selected == (CDR, None), "the subscription")
        await shown.pilot.click(SubscriptionsView, offset=at)
        await shown.until(lambda: "10.0.0.12" not in shown.text(), "the fold")


async def test_a_click_in_the_feed_selects_the_delivery_under_it() -> None:
    async with console(answering()) as shown:
        feed = shown.dashboard.query_one(FeedView)
        await shown.until(lambda: feed.line_count() == 3, "the deliveries")
        at = (5, line_of(shown, FeedView, "E_ACC_CDR"))
        await shown.pilot.click(FeedView, offset=at)
        await shown.until(lambda: feed.selected and feed.selected.event.name == "E_ACC_CDR", "the delivery")
        await shown.pilot.click(FeedView, offset=at)
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")


async def test_the_wheel_scrolls() -> None:
    link = answering()
    link.answer = snapshot(*(row for row in (PIKE, CDR, AOR)))
    async with console(link, (80, 10)) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.until(lambda: view.max_scroll_y > 0, "more lines than there is room for")
        view._on_mouse_scroll_down(_wheel(view))
        await shown.until(lambda: view.scroll_offset.y > 0, "the scroll")


def _wheel(view: SubscriptionsView):  # type: ignore[no-untyped-def]
    from textual.events import MouseScrollDown

    return MouseScrollDown(view, 1, 1, 0, 1, 0, False, False, False)


async def test_a_click_on_the_header_goes_to_the_next_problem_and_back_from_other_screens() -> None:
    async with console(answering()) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.pilot.click(HeaderLine)
        await shown.until(lambda: view.selected == (PIKE, PIKE.members[0]), "the failed member")
        await shown.press("3")
        assert isinstance(shown.app.screen, ChartsScreen)
        await shown.pilot.click(HeaderLine)
        await shown.until(lambda: shown.app.screen is shown.dashboard, "the dashboard")


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
