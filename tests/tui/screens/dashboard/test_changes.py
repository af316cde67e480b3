"""Changing subscriptions: what is asked before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.commands.gate import COMMANDS
from tests.tui.pilots import console
from tests.tui.world import FakeLink, story_of_pike


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


async def test_whether_a_person_is_asked_is_the_commands_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "unsubscribe", replace(COMMANDS["unsubscribe"], asks=False))
    link = FakeLink(records=story_of_pike())
    async with console(link) as shown:
        await shown.until(lambda: "E_PIKE_BLOCKED" in shown.text(), "the subscription")
        await shown.press("x")
        await shown.until(lambda: any(name == "unsubscribe" for name, _ in link.commands), "the command, unasked")
        assert shown.app.screen is shown.dashboard
