"""Filtering, ordering, folding, pinning and following on the dashboard."""

from __future__ import annotations

from tests.tui.pilots import console
from tests.tui.world import AOR, PIKE, FakeLink, story_of_pike
from tui.model.arrangement import Sort
from tui.widgets.feed import FeedView
from tui.widgets.subscriptions import Place, SubscriptionsView


async def test_a_filter_applies_as_it_is_typed_and_esc_takes_it_off() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        await shown.press("slash")
        await shown.type("state:paused")
        await shown.until(lambda: "E_PIKE" not in shown.text(), "the filter")
        assert "xmlrpc" in shown.text()
        assert "unix:" not in shown.text()
        assert "filter: state:paused (1 of 8 members)" in str(view.border_title)
        await shown.press("enter")
        assert view.has_focus
        assert "E_PIKE" not in shown.text()
        await shown.press("slash", "escape")
        await shown.until(lambda: "E_PIKE" in shown.text(), "everything")
        assert "filter" not in str(view.border_title)


async def test_a_filter_that_cannot_be_understood_says_so_and_changes_nothing() -> None:
    async with console() as shown:
        await shown.press("slash")
        await shown.type("stat:up")
        assert "column 1: unknown key 'stat'; did you mean state?" in shown.said("#filter-said")
        await shown.press("enter")
        assert shown.app.screen.query_one("#filter").display


async def test_the_feed_has_a_filter_of_its_own() -> None:
    async with console(FakeLink(records=story_of_pike())) as shown:
        feed = shown.app.screen.query_one(FeedView)
        await shown.press("2", "slash")
        await shown.type("state:skipped")
        await shown.until(lambda: feed.line_count() == 1, "the filter")
        assert "E_PIKE_BLOCKED" in shown.lines("#feed")[0]
        assert "E_ACC_CDR" in shown.text()
        assert "filter: state:skipped" in str(feed.border_title)


async def test_s_orders_by_trouble_event_and_rate_and_begins_anew() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        orders = []
        for _ in Sort:
            await shown.press("s")
            orders.append([line.row.id for line in view._lines if line.kind == "head"])
        trouble, event, _, given = orders
        assert trouble == ["s1", "s3", "s2"]
        assert event == ["s2", "s1", "s3"]
        assert given == ["s1", "s2", "s3"]
        assert any("trouble first" in toast for toast in shown.toasts)


async def test_z_folds_all_and_unfolds_all() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        await shown.press("z")
        assert [line.kind for line in view._lines if line.kind != "gap"] == ["head"] * 3
        await shown.press("z")
        assert sum(line.kind == "member" for line in view._lines) == 8


async def test_a_pinned_subscription_stays_on_top_and_is_marked() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        view.select(Place("s3", None))
        await shown.press("asterisk")
        assert shown.lines("#subscriptions")[0].startswith("◆▼ E_UL_AOR_INSERT")
        await shown.press("slash")
        await shown.type("event:E_PIKE*")
        await shown.until(lambda: "E_ACC" not in shown.text(), "the filter")
        assert "E_UL_AOR_INSERT" in shown.text()
        await shown.press("escape", "asterisk")
        assert shown.lines("#subscriptions")[0].startswith(" ▼ E_PIKE")


async def test_the_feed_follows_the_selection() -> None:
    async with console(FakeLink(records=story_of_pike())) as shown:
        feed, view = shown.app.screen.query_one(FeedView), shown.app.screen.query_one(SubscriptionsView)
        view.select(Place("s3", None))
        await shown.press("f")
        await shown.until(lambda: feed.line_count() == 1, "one subscription")
        assert "following E_UL_AOR_INSERT" in str(feed.border_title)
        view.select(Place("s1", 0))
        await shown.until(lambda: feed.line_count() == 0, "a member that was passed over")
        view.select(Place("s1", 1))
        await shown.until(lambda: feed.line_count() == 1, "the member that took it")
        assert "following E_PIKE_BLOCKED member 2" in str(feed.border_title)
        await shown.press("f")
        assert feed.line_count() == 3


async def test_the_feed_follows_the_name_of_an_event() -> None:
    async with console(FakeLink(records=story_of_pike())) as shown:
        feed = shown.app.screen.query_one(FeedView)
        await shown.press("2", "down", "down", "f")
        await shown.until(lambda: feed.line_count() == 1, "one event")
        assert "following E_ACC_CDR" in str(feed.border_title)
        assert shown.toasts[-1] == "The feed follows every E_ACC_CDR"
        await shown.press("f")
        assert feed.line_count() == 3
        assert shown.toasts[-1] == "The feed shows everything"


async def test_the_newest_deliveries_can_stand_at_the_bottom() -> None:
    async with console(FakeLink(records=story_of_pike())) as shown:
        feed = shown.app.screen.query_one(FeedView)
        assert "E_PIKE" in shown.lines("#feed")[0]
        await shown.press("O")
        assert "E_PIKE" in shown.lines("#feed")[-1]
        assert feed.is_running


async def test_the_next_problem_is_looked_for_in_what_is_shown() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        await shown.press("slash")
        await shown.type("policy:parallel")
        await shown.press("enter", "exclamation_mark")
        assert view.selected == (AOR, AOR.members[1])
        await shown.press("slash", "escape", "exclamation_mark")
        assert view.selected == (PIKE, PIKE.members[0])
