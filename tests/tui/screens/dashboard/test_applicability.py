"""Which actions apply to what is selected, and why the others do not."""

from __future__ import annotations

import pytest

from tests.tui.pilots import console
from tests.tui.world import FakeLink, snapshot
from tui.screens.dashboard.base import select_first
from tui.widgets.subscriptions import Place


@pytest.mark.parametrize("action", ["toggle_pause", "toggle_receiver", "test_member"])
async def test_member_actions_want_a_member(action: str) -> None:
    async with console() as shown:
        dashboard = shown.dashboard
        assert dashboard.reason_against(action) == select_first("member")
        assert dashboard.check_action(action, ()) is None
        dashboard.subscriptions.select(Place("s1", 0))
        assert dashboard.reason_against(action) == ""
        assert dashboard.check_action(action, ())


@pytest.mark.parametrize("action", ["remove_subscription", "edit_subscription", "pin"])
async def test_actions_on_subscriptions_want_one(action: str) -> None:
    link = FakeLink()
    async with console(link) as shown:
        assert shown.dashboard.reason_against(action) == ""
        link.answer = snapshot()
        await shown.until(lambda: shown.dashboard.selected is None, "no rows")
        assert shown.dashboard.reason_against(action) == select_first("subscription")


async def test_all_other_actions_apply_always() -> None:
    async with console(FakeLink(snapshot())) as shown:
        assert [shown.dashboard.reason_against(action) for action in ("raise_event", "save", "sort")] == [""] * 3


async def test_the_lab_is_asked_again_once_members_change() -> None:
    class Lab(FakeLink):
        asked_for_receivers = 0

        async def command(self, name: str, /, **parameters: object) -> object:
            self.asked_for_receivers += name == "lab_receivers"
            return await super().command(name, **parameters)

    link = Lab()
    async with console(link) as shown:
        await shown.until(lambda: link.asked_for_receivers == 1, "the first question")
        asked = link.asked
        await shown.until(lambda: link.asked > asked + 2, "some snapshots")
        assert link.asked_for_receivers == 1
        link.answer = snapshot(*link.answer.subscriptions[:1])
        await shown.until(lambda: link.asked_for_receivers == 2, "the second question")
