"""Testing a member from the console."""

from __future__ import annotations

from tests.tui.inspected import REFUSED
from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.screens.dialogs.probe import ProbeScreen


async def test_t_connects_and_enter_sends() -> None:
    link = FakeLink()
    link.answers = {"probe_member": REFUSED}
    async with console(link) as shown:
        await shown.press("down", "t")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeScreen), "the dialog")
        await shown.until(lambda: "what to try: start it" in shown.said("#probe-steps"), "the steps")
        wanted = {"subscription": "s1", "member": 0, "is_sending": False}
        assert link.commands == [("probe_member", wanted)]
        link.answers = {"probe_member": {**REFUSED, "ok": True}}
        await shown.press("enter")
        await shown.until(lambda: "every step went well" in shown.said("#probe-steps"), "the second test")
        assert link.commands[-1] == ("probe_member", {**wanted, "is_sending": True})
        await shown.press("escape")
        assert not isinstance(shown.app.screen, ProbeScreen)


async def test_a_test_that_is_refused_says_so() -> None:
    link = FakeLink()
    async with console(link) as shown:
        await shown.press("down", "t")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeScreen), "the dialog")
        await shown.until(lambda: "no answer to probe_member" in shown.said("#probe-steps"), "the refusal")
        link.failure = RuntimeError("gone")
        await shown.press("enter")
        await shown.until(lambda: "no answer from the engine: gone" in shown.said("#probe-steps"), "the failure")
