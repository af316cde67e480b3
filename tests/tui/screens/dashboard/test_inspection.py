"""Opening and copying what is selected on the dashboard."""

from __future__ import annotations

from tests.tui.anywhere import answering
from tests.tui.inspected import DELIVERY, MEMBER
from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.screens.views.inspector import InspectorScreen


async def test_enter_on_a_subscription_folds_it() -> None:
    async with console() as shown:
        await shown.press("enter")
        assert "flatstore" not in shown.text()
        await shown.press("enter")
        assert "flatstore" in shown.text()


async def test_enter_opens_the_member_and_in_the_feed_the_delivery() -> None:
    link = answering()
    async with console(link) as shown:
        await shown.press("down", "enter")
        assert isinstance(shown.app.screen, InspectorScreen)
        await shown.until(
            lambda: ("inspect_member", {"subscription": "s1", "member": 0}) in link.commands, "the member"
        )
        await shown.press("escape", "2", "enter")
        assert isinstance(shown.app.screen, InspectorScreen)
        await shown.until(lambda: any(name == "inspect_delivery" for name, _ in link.commands), "the delivery")


async def test_an_empty_feed_has_nothing_to_open_or_copy() -> None:
    async with console(FakeLink()) as shown:
        await shown.press("2", "enter")
        assert shown.toasts == ["There is no delivery yet"]
        await shown.press("Y")
        await shown.until(lambda: "Select a subscription, a member or a delivery first" in shown.toasts, "the hint")


async def test_json_of_a_member_and_of_a_delivery_is_copied() -> None:
    async with console(answering()) as shown:
        await shown.press("down", "Y")
        await shown.until(lambda: str(MEMBER.socket) in shown.app.clipboard, "the member")
        await shown.press("2", "Y")
        await shown.until(lambda: str(DELIVERY.event) in shown.app.clipboard, "the delivery")
