"""What the test of a member found, in words."""

from __future__ import annotations

from tests.tui.inspected import PROBE_STEPS, REFUSED
from tui.render.line import plain
from tui.render.probe import probe_lines


def test_a_step_has_sign_time_and_words() -> None:
    lines = [plain(line) for line in probe_lines(REFUSED)]
    assert lines[0] == " ✓ resolve     200 µs  127.0.0.1"
    assert lines[1] == " ✖ connect     1.1 ms  connection refused"
    assert lines[-2:] == ["✖ connection refused", "what to try: start it"]


def test_a_member_that_was_only_connected_to_is_not_said_to_take_events() -> None:
    sending = {"name": "send", "status": "skipped", "took_s": None, "detail": "only a test event sends"}
    lines = [plain(line) for line in probe_lines({"steps": [PROBE_STEPS[0], sending], "ok": True})]
    assert lines[-1] == "✓ it can be reached; whether it takes events, only a test event shows"
