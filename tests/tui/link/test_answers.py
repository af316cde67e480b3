"""Asking over a link: an answer, or the reason why there is none."""

from __future__ import annotations

from tests.tui.world import FakeLink
from tui.link.answers import Answer, ask


async def test_an_answer_is_handed_on_whatever_it_is() -> None:
    link = FakeLink()
    link.answers["audit"] = None
    assert await ask(link, "audit", limit=3) == Answer(None)
    assert link.commands == [("audit", {"limit": 3})]


async def test_a_refusal_and_a_broken_link_are_told_and_safe_to_show() -> None:
    link = FakeLink()
    assert "no answer to audit" in (await ask(link, "audit")).failure
    link.failure = RuntimeError("gone\x1b[2J")
    assert await ask(link, "audit") == Answer(None, "no answer from the engine: gone␣[2J")
    link.failure = ConnectionResetError()
    assert await ask(link, "audit") == Answer(None, "no answer from the engine: ConnectionResetError")
