"""What the parts of the dashboard stand on: what is selected."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.pilots import console
from tests.tui.world import PIKE, FakeLink, snapshot
from tui.screens.dashboard.base import select_first
from tui.widgets.subscriptions import Place

PLAIN = replace(PIKE, id="s9", policy=None, members=PIKE.members[:1])


async def test_a_plain_subscription_s_only_member_is_selected_with_it() -> None:
    async with console(FakeLink(snapshot(PLAIN))) as shown:
        assert shown.dashboard.selected == (PLAIN, None)
        assert shown.dashboard.selected_member == (PLAIN, PLAIN.members[0])


async def test_of_several_members_one_has_to_be_selected() -> None:
    async with console(FakeLink(snapshot(PIKE))) as shown:
        assert shown.dashboard.selected_member is None
        shown.dashboard.subscriptions.select(Place(PIKE.id, 1))
        assert shown.dashboard.selected_member == (PIKE, PIKE.members[1])


async def test_nothing_is_selected_where_there_is_nothing() -> None:
    async with console(FakeLink(snapshot())) as shown:
        assert shown.dashboard.selected is None
        assert shown.dashboard.selected_member is None
        shown.dashboard.say_nothing_selected("member")
        await shown.until(lambda: shown.toasts == [select_first("member")], "the toast")
