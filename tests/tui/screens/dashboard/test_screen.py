"""The dashboard on a made-up engine: what it shows, and what it is made of."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.pilots import console
from tests.tui.world import AOR, CDR, NOTHING, NOW, PIKE, FakeLink, snapshot, story_of_pike
from tui.screens.dashboard.base import DashboardBase
from tui.screens.dashboard.screen import DashboardScreen
from tui.widgets.feed import FeedView
from tui.widgets.subscriptions import Place, SubscriptionsView


async def test_it_shows_members_countdown_and_feed() -> None:
    async with console(FakeLink(records=story_of_pike())) as shown:
        text = shown.text()
        assert "delivered, on the 2nd choice since 07:19:27: 1 is failed" in text
        assert "next try in 17.6 s ▰▰▰▰▰▱▱▱" in text
        assert "‖ PAUSED" in text
        assert "skipped 1 (failed 12.4 s ago) → 2 written in 300 µs" in shown.lines("#feed")[0]


async def test_the_countdown_goes_on_without_an_answer() -> None:
    async with console() as shown:
        assert shown.time is not None
        shown.time.now += 1.3
        await shown.until(lambda: "next try in 16.3 s" in shown.text(), "the countdown")
        shown.time.now += 20
        await shown.until(lambda: "due: the next event tries it" in shown.text(), "the end of the countdown")


async def test_only_lines_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        shown.text()
        painted: list[int] = []
        monkeypatch.setattr(view, "refresh_line", painted.append)
        view.repaint()
        assert painted == []
        assert shown.time is not None
        shown.time.now += 0.2
        view.repaint()
        assert painted == [1]


async def test_the_cursor_moves_over_members_and_folds() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        await shown.press("down", "down")
        assert view.selected is not None
        assert view.selected == (PIKE, PIKE.members[1])
        await shown.press("left", "enter")
        assert "flatstore" not in shown.text()
        await shown.press("enter", "end")
        assert "flatstore" in shown.text()
        assert view.selected == (AOR, AOR.members[2])


async def test_the_keys_of_vim_move_fold_and_unfold() -> None:
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        await shown.press("j", "j", "k")
        assert view.selected == (PIKE, PIKE.members[0])
        await shown.press("h")
        assert view.selected == (PIKE, None)
        await shown.press("h")
        assert "flatstore" not in shown.text()
        await shown.press("l")
        assert "flatstore" in shown.text()
        await shown.press("G")
        assert view.selected == (AOR, AOR.members[2])
        await shown.press("g")
        assert view.selected == (PIKE, None)


async def test_what_changed_just_now_is_marked_and_the_mark_fades() -> None:
    fresh = replace(CDR, version=2, members=(replace(CDR.members[0], since=NOW - 1), *CDR.members[1:]))
    async with console(FakeLink(snapshot(fresh))) as shown:
        assert shown.time is not None
        assert shown.lines("#subscriptions")[1].startswith("┃")
        shown.time.now += 2
        await shown.until(lambda: shown.lines("#subscriptions")[1].startswith("╎"), "the faint mark")
        shown.time.now += 3
        await shown.until(lambda: shown.lines("#subscriptions")[1].startswith(" "), "no mark")


async def test_rows_that_vanish_take_the_cursor_along() -> None:
    link = FakeLink()
    async with console(link) as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        await shown.press("end")
        link.answer = snapshot(replace(CDR, version=2))
        await shown.until(lambda: view.line_count() == 4, "the new rows")
        assert [line.place for line in view._lines if line.place == view._place] == [Place("s2", None)]
        link.answer = snapshot()
        await shown.until(lambda: view.line_count() == 0 and view.selected is None, "no rows")
        assert "press a to add one" in str(view.border_title)


@pytest.mark.parametrize(("width", "is_beside"), [(239, False), (240, True), (300, True)])
async def test_a_broad_screen_has_the_feed_beside_the_subscriptions(width: int, *, is_beside: bool) -> None:
    async with console(FakeLink(records=story_of_pike()), size=(width, 80)) as shown:
        subscriptions, feed = (shown.dashboard.query_one(name).region for name in ("#subscriptions", "#feed"))
        assert (feed.x >= subscriptions.right) is is_beside
        assert (feed.y >= subscriptions.bottom) is not is_beside
        assert "E_PIKE_BLOCKED" in shown.text("#feed")
        await shown.press("slash")
        assert shown.dashboard.query_one("#filter").region.width == shown.dashboard.query_one("#views").region.width


async def test_the_feed_says_how_much_it_does_not_show() -> None:
    link = FakeLink(snapshot(PIKE))
    async with console(link) as shown:
        for second in range(1, 5):
            figures = replace(NOTHING, accepted=12_440 * second, delivered=12_440 * second)
            link.answer = snapshot(PIKE, at=NOW + second, figures=figures)
            await shown.app.pump.ask()
        shown.dashboard.show_news()
        title = str(shown.dashboard.query_one(FeedView).border_title)
        assert title == "Feed ─ live ─ 12,440/s, 12,440 more in this second (1 in 500 shown)"


def test_its_parts_stand_side_by_side_on_one_base() -> None:
    assert len(DashboardScreen.__bases__) == 8
    assert {part.__bases__ for part in DashboardScreen.__bases__} == {(DashboardBase,)}
