"""Testing a member from the console."""

from __future__ import annotations

from typing import Any

from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.render.line import plain
from tui.render.probe import probe_lines
from tui.screens.dialogs.probe import ProbeScreen

STEPS = [
    {"name": "resolve", "status": "done", "took_s": 0.0002, "detail": "127.0.0.1"},
    {"name": "connect", "status": "failed", "took_s": 0.0011, "detail": "connection refused"},
]
REFUSED: dict[str, Any] = {
    "socket": "tcp:h:1",
    "steps": STEPS,
    "ok": False,
    "error": "connection refused",
    "advice": "start it",
}


def test_a_step_has_sign_time_and_words() -> None:
    lines = [plain(line) for line in probe_lines(REFUSED)]
    assert lines[0] == " ✓ resolve     200 µs  127.0.0.1"
    assert lines[1] == " ✖ connect     1.1 ms  connection refused"
    assert lines[-2:] == ["✖ connection refused", "what to try: start it"]


def test_a_member_that_was_only_connected_to_is_not_said_to_take_events() -> None:
    sending = {"name": "send", "status": "skipped", "took_s": None, "detail": "only a test event sends"}
    lines = [plain(line) for line in probe_lines({"steps": [STEPS[0], sending], "ok": True})]
    assert lines[-1] == "✓ it can be reached; whether it takes events, only a test event shows"


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
