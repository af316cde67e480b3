"""Getting about on the dashboard: to the feed and back, from problem to problem."""

from __future__ import annotations

from tests.tui.pilots import console
from tui.widgets.feed import FeedView
from tui.widgets.subscriptions import SubscriptionsView


async def test_at_80_columns_the_selected_member_has_a_second_line() -> None:
    async with console(size=(80, 24)) as shown:
        assert "connection refused" not in shown.text()
        await shown.press("down")
        assert "connection refused, 12 s ago" in shown.text()
        assert not shown.app.screen.query_one(FeedView).is_on_screen
        await shown.press("2")
        assert shown.app.screen.query_one(FeedView).is_on_screen
        await shown.press("2")
        assert not shown.app.screen.query_one(FeedView).is_on_screen


async def test_the_next_problem_is_found_from_anywhere() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        found = []
        for _ in range(3):
            await shown.press("exclamation_mark")
            assert view.selected is not None
            found.append((view.selected[0].id, view.selected[1] and view.selected[1].index))
        assert found == [("s1", 0), ("s3", 1), ("s1", 0)]


async def test_problems_are_found_backwards_as_well() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        found = []
        for _ in range(3):
            await shown.press("at")
            assert view.selected is not None
            found.append((view.selected[0].id, view.selected[1] and view.selected[1].index))
        assert found == [("s3", 1), ("s1", 0), ("s3", 1)]
