"""What is done to one member by a key: the command that it sends, and what is told."""

from __future__ import annotations

import pytest

from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.widgets.subscriptions import Place, SubscriptionsView


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
