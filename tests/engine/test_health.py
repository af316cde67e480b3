"""Health: marks, what clears them, and the state in words."""

from __future__ import annotations

from engine.health import CHANGES, Health, State


def test_the_life_of_a_member() -> None:
    health = Health(since=0.0)
    assert health.state(1.0, 30.0) is State.UNTRIED
    health = health.succeeded(2.0, started_at=1.9)
    assert (health.state(2.0, 30.0), health.since) == (State.UP, 2.0)
    health = health.failed(5.0, "refused")
    assert health.state(34.999, 30.0) is State.FAILED
    assert health.skipped_until(30.0) == 35.0
    assert health.state(35.0, 30.0) is State.DUE
    assert health.state(35.0, None) is State.FAILED, "nothing is ever due without a failover_timeout"
    health = health.failed(35.0, "refused again")
    assert (health.skipped_until(30.0), health.since) == (65.0, 5.0)
    health = health.succeeded(66.0, started_at=65.0)
    assert health.state(66.0, 30.0) is State.UP
    assert (health.error, health.error_at) == ("refused again", 35.0)


def test_a_success_that_was_under_way_when_the_member_failed_clears_nothing() -> None:
    health = Health(tried=True).failed(5.0, "refused")
    assert health.succeeded(6.0, started_at=4.9) is health
    assert health.succeeded(6.0, started_at=5.0) is health, "in the same instant nobody knows which was first"
    assert health.succeeded(6.0, started_at=5.001).failed_at is None


def test_an_unchanged_state_costs_no_new_value() -> None:
    health = Health(tried=True)
    assert health.succeeded(9.0, started_at=8.0) is health


def test_an_error_without_a_mark_and_a_pause_over_a_mark() -> None:
    noted = Health(tried=True).noted(3.0, "too long")
    assert (noted.state(3.0, 30.0), noted.error) == (State.UP, "too long")
    paused = Health(tried=True).failed(1.0, "refused").with_pause(2.0, paused=True)
    assert paused.state(2.0, 30.0) is State.PAUSED
    assert paused.with_pause(3.0, paused=False).state(3.0, 30.0) is State.FAILED


def test_changes_are_remembered_with_their_reason_and_the_same_failure_is_counted() -> None:
    health = Health().succeeded(1.0, 0.9).failed(2.0, "refused").failed(3.0, "refused").failed(4.0, "timed out")
    health = health.succeeded(5.0, 4.5).succeeded(6.0, 5.5)
    health = health.with_pause(7.0, paused=True).with_pause(8.0, paused=False)
    assert [(change.at, change.state, change.reason, change.times) for change in health.changes] == [
        (1.0, State.UP, "", 1),
        (2.0, State.FAILED, "refused", 2),
        (4.0, State.FAILED, "timed out", 1),
        (5.0, State.UP, "", 1),
        (7.0, State.PAUSED, "by the operator", 1),
        (8.0, State.UP, "resumed", 1),
    ]
    assert health.changes[1].last_at == 3.0


def test_only_the_last_changes_are_remembered() -> None:
    health = Health()
    for second in range(CHANGES + 20):
        health = health.failed(second, f"reason {second}")
    assert len(health.changes) == CHANGES
    assert health.changes[-1].reason == f"reason {CHANGES + 19}"
