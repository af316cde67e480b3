"""The FAILOVER lane: order across a failover, holding, trials, and a stateful test against the promises."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.feed import Step
from engine.lanes.failover import FailoverLane
from engine.options import Drop, WhenAllFailed
from engine.run import DELIVERED, SENT, Fault, Outcome, failed
from tests.support.lanes import LaneBench


def test_the_first_member_takes_everything() -> None:
    bench = LaneBench(FailoverLane)
    bench.raise_events(2000)
    assert bench.transports[0].took == bench.raised
    assert bench.transports[1].started == []


def test_a_failed_member_is_skipped_until_its_timeout_even_if_it_is_back_earlier() -> None:
    bench = LaneBench(FailoverLane, failover_timeout=5.0)
    bench.fail(0)
    bench.raise_events(1)
    bench.heal(0)
    bench.clock.advance(4.999)
    bench.raise_events(1)
    assert bench.transports[1].took == [1, 2]
    bench.clock.advance(0.001)
    bench.raise_events(3)
    assert bench.transports[0].took == [3, 4, 5], "back to the first member with the first event after the timeout"


def test_a_due_member_is_tried_with_one_event_and_a_failure_marks_it_anew() -> None:
    bench = LaneBench(FailoverLane, failover_timeout=5.0)
    bench.fail(0)
    bench.raise_events(1)
    bench.clock.advance(5)
    bench.raise_events(10)
    trial = bench.transports[0].started[-1]
    assert len(trial) == 1
    assert trial.connect_now
    assert bench.transports[1].took == bench.raised
    bench.clock.advance(4.9)
    bench.raise_events(1)
    assert len(bench.transports[0].started) == 2, "the mark counts from the last failure"


def test_order_holds_across_a_failover_with_events_in_flight() -> None:
    bench = LaneBench(FailoverLane, members=2)
    bench.transports[0].answer = None
    bench.raise_events(10)
    bench.raise_events(10)
    first = bench.transports[0]
    first.settle_next(4, DELIVERED)
    first.settle_next(2, failed("timed out"))
    bench.raise_events(5)
    assert bench.transports[1].started == [], "nothing starts elsewhere while events are in flight"
    first.settle_next(4, DELIVERED)
    assert bench.transports[1].started == []
    first.lose_connection()
    assert first.took == [1, 2, 3, 4, 7, 8, 9, 10]
    assert bench.transports[1].took == [5, 6, *range(11, 26)]


def test_a_late_success_of_something_older_does_not_clear_the_mark() -> None:
    bench = LaneBench(FailoverLane, members=2)
    bench.transports[0].answer = None
    bench.raise_events(3)
    bench.clock.advance(1)
    bench.transports[0].settle_next(1, failed("error 500", Fault.ANSWER))
    bench.transports[0].settle_next(2, DELIVERED)
    assert bench.members[0].health.failed_at is not None
    bench.raise_events(1)
    assert bench.transports[1].took == [1, 4]


def test_with_all_marked_events_are_held_in_order_until_the_first_mark_runs_out() -> None:
    bench = LaneBench(FailoverLane, members=2, failover_timeout=5.0)
    bench.fail(0)
    bench.fail(1)
    bench.raise_events(2)
    bench.clock.advance(2)
    bench.raise_events(2)
    assert bench.lane.held_since is not None
    assert bench.lane.counters.undelivered == 0
    bench.heal(0)
    bench.clock.advance(2.9)
    assert bench.transports[0].took == []
    bench.clock.advance(0.1)
    assert bench.transports[0].took == [1, 2, 3, 4]
    assert bench.lane.held_since is None


def test_held_events_end_with_their_age() -> None:
    bench = LaneBench(FailoverLane, members=1, hold_max_age=12.0)
    bench.fail(0)
    bench.raise_events(2)
    bench.clock.advance(6)
    bench.raise_events(1)
    bench.clock.advance(6)
    assert bench.lane.counters.undelivered == 2
    assert "hold_max_age" in (bench.lane.last_undelivered or "")
    assert "connection refused" in (bench.lane.last_undelivered or "")
    bench.clock.advance(6)
    assert bench.lane.counters.undelivered == 3


def test_a_full_queue_refuses_the_newest() -> None:
    bench = LaneBench(FailoverLane, members=1, queue_size=5, drop=Drop.NEWEST)
    bench.fail(0)
    bench.raise_events(3)
    bench.raise_events(4)
    assert bench.lane.counters.undelivered == 2
    bench.heal(0)
    bench.clock.advance(30)
    assert bench.transports[0].took == [1, 2, 3, 4, 5]


def test_closing_ends_held_events_with_the_reason() -> None:
    bench = LaneBench(FailoverLane, members=1)
    bench.fail(0)
    bench.raise_events(3)
    bench.lane.close("the engine stopped")
    assert bench.lane.counters.undelivered == 3
    assert bench.lane.last_undelivered == "the engine stopped"
    bench.clock.advance(1000)
    assert len(bench.transports[0].started) == 1


def test_drop_and_try() -> None:
    dropping = LaneBench(FailoverLane, members=2, when_all_failed=WhenAllFailed.DROP)
    dropping.fail(0)
    dropping.fail(1)
    dropping.raise_events(3)
    assert dropping.lane.counters.undelivered == 3
    trying = LaneBench(FailoverLane, members=2, when_all_failed=WhenAllFailed.TRY)
    trying.fail(0)
    trying.fail(1)
    trying.raise_events(1)
    trying.heal(0)
    trying.clock.advance(1)
    trying.raise_events(2)
    assert trying.transports[0].took == [2, 3], "a success at the last resort is a success: it clears the mark"


def test_an_oversize_event_goes_on_alone_and_marks_nobody() -> None:
    bench = LaneBench(FailoverLane, members=2)
    bench.transports[0].answer = None
    bench.raise_events(3)
    bench.transports[0].settle_next(1, SENT)
    bench.transports[0].settle_next(1, failed("too long", Fault.EVENT))
    bench.transports[0].settle_next(1, SENT)
    assert bench.transports[1].took == [2]
    bench.heal(0)
    bench.raise_events(2)
    assert bench.transports[0].took == [1, 3, 4, 5]


def test_an_event_that_only_a_marked_member_is_left_for_does_not_stop_the_others() -> None:
    bench = LaneBench(FailoverLane, members=2, failover_timeout=5.0)
    bench.fail(1)
    bench.fail(0, "too long", Fault.EVENT)
    bench.raise_events(1)
    assert bench.members[1].health.failed_at is not None
    bench.heal(0)
    bench.raise_events(2)
    assert bench.transports[0].took == [2, 3]
    assert bench.lane.counters.waiting == 1
    bench.heal(1)
    bench.clock.advance(5)
    assert bench.transports[1].took == [1]


def test_each_event_ends_at_its_own_age_whoever_is_held_after_it() -> None:
    bench = LaneBench(FailoverLane, members=2, failover_timeout=1000.0, hold_max_age=10.0)
    bench.fail(0, "too long", Fault.EVENT)
    bench.fail(1)
    bench.raise_events(1)
    bench.clock.advance(3)
    bench.raise_events(1)
    bench.clock.advance(7)
    assert bench.lane.counters.undelivered == 1
    bench.clock.advance(3)
    assert bench.lane.counters.undelivered == 2


@pytest.mark.parametrize("answers_at_once", [True, False])
def test_events_that_only_a_marked_member_is_left_for_are_bounded_too(answers_at_once: bool) -> None:
    bench = LaneBench(FailoverLane, members=2, failover_timeout=5.0, queue_size=5)
    too_long = failed("too long", Fault.EVENT)
    bench.fail(1)
    bench.transports[0].answer = too_long if answers_at_once else None
    for _ in range(3):
        bench.raise_events(4)
        if not answers_at_once:
            bench.transports[0].settle_next(4, too_long)
    assert (bench.lane.counters.waiting, bench.lane.counters.undelivered) == (5, 7)
    assert "queue full" in (bench.lane.last_undelivered or "")
    bench.heal(1)
    bench.clock.advance(5)
    assert bench.transports[1].took == [1, 2, 3, 4, 5]
    bench.check_books()
    assert bench.lane.room == 5


def test_with_all_paused_events_wait_for_a_resume() -> None:
    bench = LaneBench(FailoverLane, members=2)
    bench.lane.pause(0)
    bench.lane.pause(1)
    bench.raise_events(2)
    bench.clock.advance(100)
    assert bench.lane.counters.waiting == 2
    bench.lane.resume(1)
    assert bench.transports[1].took == [1, 2]


def test_the_feed_tells_of_skips_and_earlier_attempts() -> None:
    bench = LaneBench(FailoverLane, members=2)
    bench.fail(0)
    bench.raise_events(1)
    steps = [(record.step, record.member) for record in bench.feed.since(0)]
    assert steps == [(Step.PLANNED, 0), (Step.SETTLED, 0), (Step.PLANNED, 1), (Step.SETTLED, 1)]
    planned = bench.feed.since(0)[2]
    assert [(a.member, a.outcome.reason) for a in planned.attempts] == [(0, "connection refused")]
    bench.clock.advance(12.34)
    bench.raise_events(1)
    assert bench.feed.since(0)[4].skipped[0].reason == "failed 12.3 s ago: connection refused"


@pytest.mark.parametrize("fault", [Fault.EVENT, Fault.ANSWER])
def test_what_every_member_refuses_on_its_own_account_is_never_held(fault: Fault) -> None:
    bench = LaneBench(FailoverLane, members=2)
    bench.fail(0, "no", fault)
    bench.fail(1, "no", fault)
    bench.raise_events(1)
    assert bench.lane.counters.undelivered == 1


OUTCOMES: list[Outcome] = [
    DELIVERED,
    SENT,
    failed("timed out"),
    failed("too long", Fault.EVENT),
    failed("error 500", Fault.ANSWER),
]


class FailoverMachine(RuleBasedStateMachine):
    """Random events, settlements, time, pauses; the promises are checked after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = LaneBench(
            FailoverLane,
            members=3,
            answer=None,
            failover_timeout=5.0,
            hold_max_age=60.0,
            queue_size=400,
            slow_after=0.0,
            drop=Drop.NEWEST,
        )
        self.seen_starts = [0, 0, 0]
        self.marks: list[float | None] = [None, None, None]

    @rule(number=st.integers(1, 40))
    def raise_events(self, number: int) -> None:
        self.bench.raise_events(number)

    @precondition(lambda self: any(transport.open for transport in self.bench.transports))
    @rule(size=st.integers(1, 20), outcome=st.sampled_from(OUTCOMES))
    def settle(self, size: int, outcome: Outcome) -> None:
        transport = next(transport for transport in self.bench.transports if transport.open)
        transport.settle_next(size, outcome)

    @precondition(lambda self: any(transport.open for transport in self.bench.transports))
    @rule()
    def lose_connection(self) -> None:
        next(transport for transport in self.bench.transports if transport.open).lose_connection()

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 4.999, 5.0, 20.0]))
    def wait(self, seconds: float) -> None:
        self.bench.clock.advance(seconds)

    @rule(member=st.integers(0, 2), paused=st.booleans())
    def pause_or_resume(self, member: int, paused: bool) -> None:
        (self.bench.lane.pause if paused else self.bench.lane.resume)(member)

    @invariant()
    def one_member_at_a_time_has_events_in_flight(self) -> None:
        assert sum(bool(transport.open) for transport in self.bench.transports) <= 1

    @invariant()
    def nobody_is_tried_inside_its_timeout(self) -> None:
        for index, transport in enumerate(self.bench.transports):
            for run in transport.started[self.seen_starts[index] :]:
                mark = self.marks[index]
                assert mark is None or run.started_at >= mark + 5.0 or run.started_at < mark
            self.seen_starts[index] = len(transport.started)
            self.marks[index] = self.bench.members[index].health.failed_at

    @invariant()
    def books_balance_and_nothing_is_taken_twice(self) -> None:
        self.bench.check_books()
        taken = [number for transport in self.bench.transports for number in transport.took]
        assert len(taken) == len(set(taken))
        counters = self.bench.lane.counters
        assert len(taken) == counters.delivered + counters.sent

    def teardown(self) -> None:
        """Whatever happened, in the end everything has exactly one outcome."""
        self.bench.lane.close("stop")
        for transport in self.bench.transports:
            transport.lose_connection()
        assert self.bench.lane.counters.waiting == 0
        self.books_balance_and_nothing_is_taken_twice()


TestFailoverMachine = FailoverMachine.TestCase
TestFailoverMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


class OrderMachine(RuleBasedStateMachine):
    """Member failures alone: at every member the events arrive in the order raised."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = LaneBench(FailoverLane, members=3, answer=None, failover_timeout=5.0, slow_after=0.0)

    @rule(number=st.integers(1, 1500))
    def raise_events(self, number: int) -> None:
        self.bench.raise_events(number)

    @precondition(lambda self: any(transport.open for transport in self.bench.transports))
    @rule(size=st.integers(1, 700))
    def succeed(self, size: int) -> None:
        next(transport for transport in self.bench.transports if transport.open).settle_next(size, DELIVERED)

    @precondition(lambda self: any(transport.open for transport in self.bench.transports))
    @rule()
    def lose_connection(self) -> None:
        next(transport for transport in self.bench.transports if transport.open).lose_connection()

    @rule(seconds=st.sampled_from([1.0, 5.0]))
    def wait(self, seconds: float) -> None:
        self.bench.clock.advance(seconds)

    @invariant()
    def every_member_takes_them_in_order(self) -> None:
        for transport in self.bench.transports:
            assert transport.took == sorted(transport.took)


TestOrderMachine = OrderMachine.TestCase
TestOrderMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
