"""Subscriptions in a list: the cursor, folding, and what a click does."""

from __future__ import annotations

import pytest

from engine.view.snapshot import SubscriptionRow
from tests.tui.anywhere import answering
from tests.tui.hosts import hosted, seen
from tests.tui.pilots import console, line_of
from tests.tui.world import AOR, CDR, NOW, PIKE
from tui.screens.views.inspector import InspectorScreen
from tui.widgets.subscriptions import Place, SubscriptionsView


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


def view_of(*rows: SubscriptionRow) -> SubscriptionsView:
    """A view that shows rows once it runs."""
    made = SubscriptionsView(lambda: NOW)
    made.call_later(lambda: made.show(rows))
    return made


def place(view: SubscriptionsView) -> tuple[str, int | None]:
    assert view.selected is not None
    row, member = view.selected
    return row.id, None if member is None else member.index


async def test_the_cursor_goes_over_subscriptions_and_members_and_stops_at_the_ends() -> None:
    view = view_of(PIKE, CDR)
    async with hosted(view, size=(120, 30)) as shown:
        view.focus()
        assert place(view) == ("s1", None)
        await shown.press("up", "down", "down")
        assert place(view) == ("s1", 1)
        await shown.press("down")
        assert place(view) == ("s2", None)
        await shown.press("end")
        assert place(view) == ("s2", 2)
        await shown.press("down", "g")
        assert place(view) == ("s1", None)


async def test_folding_hides_members_and_takes_the_cursor_to_their_subscription() -> None:
    view = view_of(PIKE, CDR)
    async with hosted(view, size=(120, 30)) as shown:
        view.focus()
        await shown.press("down", "left")
        assert place(view) == ("s1", None)
        await shown.press("left")
        assert "pike.log" not in "".join(seen(view))
        await shown.press("right")
        assert "pike.log" in "".join(seen(view))
        view.fold_all()
        assert view.line_count() == 3, "two heads and the gap"
        assert view.shown_members == 5, "folded ones are counted"
        view.select(Place("s2", 1))
        assert place(view) == ("s2", 1)
        assert "13:9000" in "".join(seen(view)), "what is selected is unfolded"


async def test_problems_are_found_in_turn_and_none_where_there_is_none() -> None:
    view = view_of(CDR, PIKE, AOR)
    async with hosted(view, size=(120, 30)):
        found = []
        for step in (1, 1, 1, -1, -1):
            assert view.next_problem(step)
            found.append(place(view))
        assert found == [("s1", 0), ("s3", 1), ("s1", 0), ("s3", 1), ("s1", 0)]
        view.show((CDR,))
        assert not view.next_problem()


async def test_the_cursor_goes_elsewhere_when_its_row_has_gone() -> None:
    view = view_of(PIKE, CDR)
    async with hosted(view, size=(120, 30)):
        view.select(Place("s2", 1))
        view.show((PIKE,))
        assert place(view) == ("s1", None)
        view.show(())
        assert view.selected is None
        view.action_move(1)
        view.fold()


async def test_a_narrow_view_has_a_second_line_for_the_selected_member_alone() -> None:
    view = view_of(PIKE, CDR)
    async with hosted(view, size=(80, 30)) as shown:
        view.focus()
        before = view.line_count()
        await shown.press("down")
        assert view.line_count() == before + 1
        await shown.press("down")
        assert view.line_count() == before + 1
        await shown.pilot.resize_terminal(120, 30)
        await shown.pilot.pause()
        assert view.line_count() == before + 1, "no second line, but a gap"


async def test_each_line_in_view_can_be_jumped_to_but_gaps() -> None:
    view = view_of(PIKE, CDR)
    async with hosted(view, size=(120, 30)) as shown:
        targets = list(view.jump_targets())
        assert len(targets) == 2 + 5
        targets[-1].go()
        await shown.pilot.pause()
        assert place(view) == ("s2", 2)


async def test_what_is_selected_is_told_once_it_is_another() -> None:
    view = view_of(PIKE)
    async with hosted(view, size=(120, 30)) as shown:
        view.select(Place("s1", 1))
        view.select(Place("s1", 1))
        await shown.pilot.pause()
        assert len(shown.heard(SubscriptionsView.Selected)) == 1
