"""Changing subscriptions: what is asked before."""

from __future__ import annotations

from tests.tui.pilots import console
from tests.tui.world import FakeLink


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
