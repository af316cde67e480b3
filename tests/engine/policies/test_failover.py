"""FAILOVER: a table of decisions, and properties over everything that a plan can be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.health import Health
from engine.options import WhenAllFailed
from engine.policies import failover
from engine.policies.base import End, Hold, Share, Standing, Wait
from engine.run import Attempt, Fault, failed

NOW = 100.0
TIMEOUT = 30.0
UP = Health(tried=True)
PAUSED = Health(paused=True)


def marked(age: float) -> Health:
    return Health(tried=True, failed_at=NOW - age, error="connection refused")


def decide(
    *healths: Health,
    holder: int | None = None,
    attempts: tuple[Attempt, ...] = (),
    when_all_failed: WhenAllFailed = WhenAllFailed.HOLD,
) -> failover.Decision:
    return failover.plan(
        range(5),
        attempts,
        [Standing(health) for health in healths],
        holder,
        NOW,
        failover_timeout=TIMEOUT,
        when_all_failed=when_all_failed,
    )


def test_the_first_member_gets_all_of_it() -> None:
    assert decide(UP, UP) == Share(0, range(5))


def test_a_marked_member_is_skipped_with_its_age_and_reason() -> None:
    decision = decide(marked(12.34), UP)
    assert isinstance(decision, Share)
    assert decision.member == 1
    assert [(skip.member, skip.reason) for skip in decision.skipped] == [(0, "failed 12.3 s ago: connection refused")]


@pytest.mark.parametrize(("age", "member"), [(29.999, 1), (30.0, 0), (30.001, 0)])
def test_a_mark_runs_out_to_the_millisecond(age: float, member: int) -> None:
    decision = decide(marked(age), UP)
    assert isinstance(decision, Share)
    assert decision.member == member
    assert decision.is_trial is (member == 0)


def test_nothing_starts_elsewhere_while_a_member_has_events_in_flight() -> None:
    assert decide(marked(1), UP, holder=0) == Wait(0)
    assert decide(marked(31), UP, holder=1) == Wait(1)
    assert isinstance(decide(UP, UP, holder=0), Share)


def test_with_all_marked_events_are_held_until_the_first_mark_runs_out() -> None:
    decision = decide(marked(10), marked(20), PAUSED)
    assert isinstance(decision, Hold)
    assert decision.until == NOW - 20 + TIMEOUT


def test_with_all_paused_events_are_held_for_the_operator() -> None:
    decision = decide(PAUSED, PAUSED)
    assert isinstance(decision, Hold)
    assert decision.until is None


def test_drop_ends_them_at_once_with_everyones_reason() -> None:
    decision = decide(marked(10), PAUSED, when_all_failed=WhenAllFailed.DROP)
    assert isinstance(decision, End)
    assert decision.reason == "1: failed 10.0 s ago: connection refused; 2: paused by the operator"


def test_try_gives_one_attempt_to_the_oldest_mark() -> None:
    decision = decide(marked(10), marked(20), when_all_failed=WhenAllFailed.TRY)
    assert isinstance(decision, Share)
    assert (decision.member, decision.is_last_resort, decision.is_trial) == (1, True, True)
    after = Attempt(1, NOW, failed("refused"), is_last_resort=True)
    assert isinstance(decide(marked(10), marked(0), attempts=(after,), when_all_failed=WhenAllFailed.TRY), End)


def test_an_event_that_a_member_refused_on_its_own_account_goes_to_the_next() -> None:
    oversize = Attempt(0, NOW, failed("too long", Fault.EVENT))
    decision = decide(UP, UP, attempts=(oversize,))
    assert isinstance(decision, Share)
    assert decision.member == 1


@pytest.mark.parametrize("when_all_failed", list(WhenAllFailed))
def test_an_event_that_every_member_refused_ends_at_once_and_is_never_held(when_all_failed: WhenAllFailed) -> None:
    attempts = (
        Attempt(0, NOW, failed("too long", Fault.EVENT)),
        Attempt(1, NOW, failed("error 400", Fault.ANSWER)),
    )
    decision = decide(UP, marked(1), attempts=attempts, when_all_failed=when_all_failed)
    assert decision == End("1: too long; 2: error 400")


healths = st.builds(
    Health,
    tried=st.booleans(),
    failed_at=st.none() | st.floats(NOW - 60, NOW),
    paused=st.booleans(),
    error=st.just("refused"),
)


@given(
    st.lists(healths, min_size=1, max_size=6),
    st.none() | st.integers(0, 5),
    st.sampled_from(WhenAllFailed),
)
def test_the_choice_is_the_first_that_may_be_tried(
    states: list[Health], holder: int | None, when_all_failed: WhenAllFailed
) -> None:
    holder = None if holder is None else holder % len(states)
    open_members = [
        index
        for index, health in enumerate(states)
        if not health.paused and (health.failed_at is None or health.failed_at + TIMEOUT <= NOW)
    ]
    decision = decide(*states, holder=holder, when_all_failed=when_all_failed)
    if open_members:
        first = open_members[0]
        if holder in {None, first}:
            assert isinstance(decision, Share)
            assert decision.member == first
            assert [skip.member for skip in decision.skipped] == list(range(first))
            assert decision.is_trial is (states[first].failed_at is not None)
        else:
            assert decision == Wait(holder)
    elif when_all_failed is WhenAllFailed.HOLD:
        assert isinstance(decision, Hold)
        marks = [h.failed_at + TIMEOUT for h in states if h.failed_at is not None and not h.paused]
        assert decision.until == (min(marks) if marks else None)
    else:
        assert not isinstance(decision, Hold)


slow_standings = st.builds(
    Standing,
    st.builds(
        Health,
        tried=st.booleans(),
        failed_at=st.none() | st.floats(NOW - 60, NOW),
        paused=st.booleans(),
        is_slow=st.booleans(),
        error=st.just("no answer"),
    ),
    blocked=st.none() | st.just("low on memory"),
    back_at=st.none() | st.floats(NOW - 60, NOW + 2),
    is_left=st.booleans(),
)


@given(
    st.lists(slow_standings, min_size=1, max_size=5),
    st.none() | st.integers(0, 4),
    st.lists(st.builds(Attempt, st.integers(0, 4), st.floats(NOW - 60, NOW), st.just(failed("late"))), max_size=3),
)
def test_nobody_waits_for_a_moment_that_has_passed_nor_while_one_is_only_slow(
    standings: list[Standing], holder: int | None, attempts: list[Attempt]
) -> None:
    decision = failover.plan(
        range(5),
        [attempt for attempt in attempts if attempt.member < len(standings)],
        standings,
        None if holder is None else holder % len(standings),
        NOW,
        failover_timeout=TIMEOUT,
        when_all_failed=WhenAllFailed.HOLD,
    )
    assert not isinstance(decision, End)
    if isinstance(decision, Hold):
        assert decision.until is None or decision.until > NOW
        assert {skip.member for skip in decision.skipped} == set(range(len(standings)))
        assert all(one.health.paused or one.health.failed_at is not None for one in standings), "only failed ones wait"


def test_slow_goes_before_back_and_back_before_waiting() -> None:
    slow = Standing(UP.slowed(NOW - 5, "too slow: 9 wait, the oldest 0.8 s"))
    back = Standing(marked(5), back_at=NOW - 1)
    share = failover.plan(
        range(2), (), [back, slow], None, NOW, failover_timeout=TIMEOUT, when_all_failed=WhenAllFailed.HOLD
    )
    assert isinstance(share, Share)
    assert (share.member, share.is_trial) == (1, False)
    assert [skip.reason for skip in share.skipped] == ["failed 5.0 s ago: connection refused"]
    share = failover.plan(
        range(2),
        (),
        [Standing(marked(5)), back],
        None,
        NOW,
        failover_timeout=TIMEOUT,
        when_all_failed=WhenAllFailed.HOLD,
    )
    assert isinstance(share, Share)
    assert (share.member, share.is_trial) == (1, True)
