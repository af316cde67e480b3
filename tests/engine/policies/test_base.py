"""Why a member was passed over, and why nobody took an event, in words."""

from __future__ import annotations

import pytest

from engine.health import Health
from engine.policies.base import blocked_skip, down_skip, left_skip, marked_skip, paused_skip, summary
from engine.run import Attempt, Skip, failed

NOW = 100.0


@pytest.mark.parametrize(
    ("skip", "reason"),
    [
        (paused_skip(2), "paused by the operator"),
        (marked_skip(2, Health(failed_at=87.6, error="refused"), NOW), "failed 12.4 s ago: refused"),
        (marked_skip(2, Health(failed_at=90.0), NOW), "failed 10.0 s ago: unknown"),
        (marked_skip(2, Health(), NOW), "failed 0.0 s ago: unknown"),
        (marked_skip(2, Health(failed_at=99.0, error="too slow: 9", is_slow=True), NOW), "too slow: 9, 1.0 s ago"),
        (blocked_skip(2, "memory alarm"), "memory alarm"),
        (left_skip(2, Health()), "has not settled what it was given before: too slow"),
        (down_skip(2, "reset"), "connection is down: reset"),
    ],
)
def test_a_skip_says_why(skip: Skip, reason: str) -> None:
    assert skip == Skip(2, reason)


def test_a_summary_has_each_members_own_reason_counted_as_people_do() -> None:
    attempts = [Attempt(1, 1.0, failed("refused")), Attempt(1, 2.0, failed("reset"))]
    skipped = [Skip(0, "paused"), Skip(1, "passed over before")]
    assert summary(attempts, skipped) == "1: paused; 2: reset", "what an attempt said goes before why it was skipped"
    assert summary([]) == ""
