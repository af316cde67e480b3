"""The dashboard on a made-up engine: what it shows, and which commands its keys send."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.widgets import OptionList

from engine.health import State
from tests.tui.pilots import console
from tests.tui.world import AOR, CDR, NOTHING, NOW, PIKE, FakeLink, snapshot, story_of_pike
from tui.keys.actions import ACTIONS
from tui.screens.views.help import HelpScreen
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


async def test_a_silent_engine_is_said_and_survived() -> None:
    link = FakeLink()
    async with console(link) as shown:
        assert shown.time is not None
        link.failure = RuntimeError("the engine is gone")
        shown.time.now += 3
        view = shown.app.screen.query_one(SubscriptionsView)
        await shown.until(lambda: view.is_stale, "old data")
        await shown.until(lambda: "no answer from the engine since 07:27:47" in shown.text("#header"), "the header")
        await shown.press("down", "p")
        await shown.until(lambda: "the engine is gone" in shown.toasts, "the toast")
        link.failure = None
        await shown.until(lambda: not view.is_stale, "fresh data")


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


@pytest.mark.parametrize(
    ("place", "key", "command", "toast"),
    [
        (Place("s1", 1), "p", ("pause_member", {"subscription": "s1", "member": 1}), "paused"),
        (Place("s3", 1), "p", ("resume_member", {"subscription": "s3", "member": 1}), "resumed"),
        (Place("s2", 0), "K", ("toggle_receiver", {"subscription": "s2", "member": 0}), "receiver cdr stopped"),
        (Place("s2", 0), "o", ("reopen_files", {}), "2 files reopened"),
    ],
)
async def test_keys_send_commands_and_answer_with_a_toast(
    place: Place, key: str, command: tuple[str, dict[str, object]], toast: str
) -> None:
    link = FakeLink()
    link.answers = {
        "pause_member": {},
        "resume_member": {},
        "toggle_receiver": {"receiver": "cdr", "running": False},
        "reopen_files": {"files": 2},
    }
    async with console(link) as shown:
        shown.app.screen.query_one(SubscriptionsView).select(place)
        await shown.press(key)
        await shown.until(lambda: link.commands == [command], "the command")
        await shown.until(lambda: any(toast in one for one in shown.toasts), "the toast")


async def test_a_refusal_is_shown_in_words() -> None:
    async with console() as shown:
        await shown.press("down", "p")
        await shown.until(lambda: "no answer to pause_member" in shown.toasts, "the toast")


async def test_member_keys_on_a_subscription_ask_for_a_member() -> None:
    link = FakeLink()
    async with console(link) as shown:
        await shown.press("p")
        await shown.until(lambda: any("Select a member" in one for one in shown.toasts), "the toast")
        assert link.commands == []


async def test_remove_asks_with_the_numbers_it_hits() -> None:
    link = FakeLink()
    link.answers = {"unsubscribe": {"id": "s1"}}
    async with console(link) as shown:
        await shown.press("x")
        await shown.until(lambda: shown.app.screen.query("#consequences"), "the question")
        question = str(shown.app.screen.query_one("#consequences").render())
        assert "10,623 delivered" in question
        assert "12 waiting events will end undelivered" in question
        await shown.press("n")
        assert link.commands == []
        await shown.press("x")
        await shown.until(lambda: shown.app.screen.query("#consequences"), "the question")
        await shown.press("y")
        await shown.until(lambda: link.commands == [("unsubscribe", {"subscription": "s1"})], "the command")


async def test_a_frozen_feed_stands_still_and_counts_what_comes() -> None:
    link = FakeLink(records=story_of_pike()[:2])
    async with console(link) as shown:
        feed = shown.app.screen.query_one(FeedView)
        await shown.press("space")
        link.records = story_of_pike()
        await shown.until(lambda: feed.unseen == 2, "what came meanwhile")
        assert feed.line_count() == 1
        assert "frozen, 2 newer" in str(feed.border_title)
        await shown.press("space")
        await shown.until(lambda: feed.line_count() == 3, "the whole feed")


async def test_a_frozen_picture_stands_still_and_the_header_counts_what_came() -> None:
    link = FakeLink()
    async with console(link) as shown:
        assert shown.time is not None
        await shown.press("space")
        shown.time.now += 3
        row = replace(PIKE, version=2, members=(replace(PIKE.members[0], state=State.UP), PIKE.members[1]))
        link.answer = snapshot(row, figures=replace(link.answer.figures, accepted=73_444))
        await shown.until(lambda: "FROZEN 07:27:47, 1,204 events since" in shown.text("#header"), "the badge")
        assert "next try in 17.6 s" in shown.text()
        assert "E_ACC_CDR" in shown.text()
        await shown.press("space")
        await shown.until(lambda: "E_ACC_CDR" not in shown.text(), "the live picture")
        await shown.until(lambda: "FROZEN" not in shown.text("#header"), "no badge")


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


async def test_the_palette_has_every_action() -> None:
    async with console() as shown:
        commands = list(shown.app.get_system_commands(shown.app.screen))
        here = {action.title for action in ACTIONS if action.screen == "dashboard"}
        assert here <= {command.title for command in commands}
        await shown.press("ctrl+p")
        await shown.type("next problem")
        await shown.until(lambda: shown.app.screen.query_one(OptionList).option_count == 1, "the only hit")
        await shown.press("enter")
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.until(lambda: view.selected is not None and view.selected[1] is not None, "the action")


async def test_help_opens_and_closes() -> None:
    async with console() as shown:
        await shown.press("question_mark")
        assert isinstance(shown.app.screen, HelpScreen)
        assert "Raise an event" in shown.said("#help-text")
        await shown.press("escape")
        assert not isinstance(shown.app.screen, HelpScreen)


async def test_a_covered_dashboard_does_not_ask() -> None:
    link = FakeLink()
    async with console(link) as shown:
        dashboard = shown.dashboard
        await shown.press("question_mark")
        before = link.asked
        for _ in range(8):
            dashboard._beat()
            await shown.pilot.pause()
        assert link.asked == before
        link.answer = replace(link.answer, label="OTHER")
        await shown.press("escape")
        await shown.until(lambda: "OTHER" in shown.text("#header"), "fresh data")


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
