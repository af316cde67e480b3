"""FAILOVER leaves a member that hangs or crawls, and comes back to one that works: on a clock that stands still."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.health import State
from engine.lanes.failover import FailoverLane
from engine.member import WINDOW
from engine.options import Drop, SubscriptionOptions, WhenAllFailed
from engine.run import DELIVERED, SENT, Fault, Outcome, failed
from engine.transports.base import Connection, ConnectionState
from tests.support.lanes import LaneBench

LATE = failed("no answer within 5000 ms; the event may have been processed", maybe_taken=True)
UP = Connection(ConnectionState.UP)


def hanging(members: int = 2, **options: object) -> LaneBench:
    """The first member keeps what it gets; the others take everything."""
    bench = LaneBench(FailoverLane, members, **options)
    bench.transports[0].answer = None
    return bench


def settle_everything(bench: LaneBench, member: int) -> None:
    while bench.transports[member].open:
        bench.transports[member].settle_next(WINDOW, DELIVERED)


def state_of(bench: LaneBench, member: int) -> State:
    return bench.members[member].health.state(bench.clock.now(), bench.options.failover_timeout)


def test_what_a_hanging_member_was_not_given_goes_to_the_next() -> None:
    bench = hanging()
    bench.raise_events(WINDOW)
    bench.raise_events(500)
    bench.clock.advance(0.79)
    assert bench.transports[1].took == []
    bench.clock.advance(0.1)
    assert bench.transports[1].took == list(range(WINDOW + 1, WINDOW + 501))
    assert state_of(bench, 0) is State.SLOW
    assert bench.members[0].health.error == "too slow: 500 wait, the oldest 0.8 s"
    assert bench.raise_events(3)[-1] == bench.transports[1].took[-1], "what comes later need not wait"


def test_a_few_events_a_second_are_enough_to_notice_a_hanging_member() -> None:
    bench = hanging()
    for _ in range(6):
        bench.raise_events(1)
        bench.clock.advance(0.5)
    assert bench.transports[1].took == [3, 4, 5, 6]
    assert bench.members[0].health.error == "too slow: 2 in flight, none settled for 0.8 s"


def test_one_event_alone_may_take_its_time() -> None:
    bench = hanging()
    for _ in range(3):
        bench.raise_events(1)
        bench.clock.advance(4)
        bench.transports[0].settle_next(1, DELIVERED)
        bench.clock.advance(10)
    assert bench.transports[0].took == [1, 2, 3]
    assert state_of(bench, 0) is State.UP


def test_what_was_not_handed_over_is_taken_back_and_order_holds() -> None:
    bench = hanging()
    bench.transports[0].on_wire = 10
    bench.raise_events(100)
    bench.clock.advance(0.9)
    assert bench.transports[1].took == list(range(11, 101))
    assert bench.lane.counters.copies == 0
    bench.transports[0].settle_next(10, DELIVERED)
    bench.check_books()
    assert bench.lane.counters.waiting == 0


def test_what_was_in_flight_is_copied_after_its_deadline_and_counted() -> None:
    bench = hanging()
    bench.raise_events(4)
    bench.clock.advance(0.9)
    bench.raise_events(2)
    bench.transports[0].settle_next(1, DELIVERED)
    bench.clock.advance(4.2)
    bench.transports[0].settle_next(3, LATE)
    assert bench.transports[1].took == [5, 6, 2, 3, 4]
    assert bench.lane.counters.copies == 3
    bench.check_books()
    planned = bench.feed.since(0)[-2]
    assert [(attempt.member, attempt.outcome.reason) for attempt in planned.attempts] == [(0, LATE.reason)]


def test_what_failed_does_not_wait_for_one_that_hangs() -> None:
    bench = hanging()
    bench.raise_events(2)
    bench.transports[0].settle_next(1, failed("error 500", Fault.ANSWER))
    assert bench.transports[1].took == [], "first everything in flight has to settle, for the order"
    bench.clock.advance(0.9)
    assert bench.transports[1].took == [1]


def test_late_failures_go_on_although_others_stay_in_flight() -> None:
    bench = hanging()
    bench.raise_events(4)
    bench.clock.advance(0.9)
    bench.transports[0].settle_next(2, LATE)
    bench.clock.advance(1.0)
    assert bench.transports[1].took == [1, 2], "at the next look, while 3 and 4 are still in flight"


def test_late_answers_do_not_clear_the_mark() -> None:
    bench = hanging()
    bench.raise_events(4)
    bench.clock.advance(0.9)
    bench.transports[0].settle_next(4, DELIVERED)
    assert state_of(bench, 0) is State.SLOW
    bench.raise_events(1)
    assert bench.transports[1].took == [5]
    bench.clock.advance(30)
    bench.transports[0].answer = SENT
    bench.raise_events(2)
    assert bench.transports[0].took[-2:] == [6, 7], "after failover_timeout it is tried, and is back"
    assert state_of(bench, 0) is State.UP


def test_a_member_that_still_hangs_is_not_tried_before_it_has_settled_what_it_had() -> None:
    bench = hanging(failover_timeout=1.0)
    bench.raise_events(2)
    bench.clock.advance(3)
    bench.raise_events(1)
    assert bench.transports[1].took == [3]
    skipped = bench.feed.since(0)[-1].skipped
    assert [skip.reason for skip in skipped] == [
        "has not settled what it was given before: too slow: 2 in flight, none settled for 0.8 s"
    ]
    bench.transports[0].lose_connection("no answer within 5000 ms")
    assert bench.transports[1].took == [3, 1, 2]


def test_nobody_is_left_where_nobody_is_better() -> None:
    bench = hanging()
    bench.fail(1)
    bench.lane.pause(0)
    bench.raise_events(1)  # marks the second
    bench.lane.resume(0)
    bench.raise_events(3 * WINDOW)
    bench.clock.advance(10)
    assert state_of(bench, 0) is not State.SLOW
    settle_everything(bench, 0)
    assert bench.transports[0].took == bench.raised


def test_slow_is_better_than_nobody() -> None:
    bench = hanging()
    bench.raise_events(2)
    bench.clock.advance(0.9)
    bench.fail(1)
    bench.raise_events(3)
    assert state_of(bench, 1) is State.FAILED
    assert len(bench.transports[0].open) == 2, "the slow one has the three as well"
    assert bench.lane.held_since is None
    bench.transports[0].settle_next(2, DELIVERED)
    bench.transports[0].settle_next(3, DELIVERED)
    assert bench.transports[0].took == [1, 2, 3, 4, 5]
    assert state_of(bench, 0) is State.UP, "what was begun after the mark clears it"
    bench.check_books()


@pytest.mark.parametrize("on_wire", [None, 0])
def test_a_due_member_that_hangs_with_its_trial_is_left_for_the_next(on_wire: int | None) -> None:
    bench = LaneBench(FailoverLane, members=2, failover_timeout=5.0)
    bench.fail(0)
    bench.raise_events(1)
    bench.clock.advance(5.1)
    bench.transports[0].answer, bench.transports[0].on_wire = None, on_wire
    bench.raise_events(3)
    bench.clock.advance(1.0)
    assert bench.transports[1].took == ([1, 3, 4] if on_wire is None else [1, 2, 3, 4])
    assert state_of(bench, 0) is State.SLOW
    bench.clock.advance(5.0)
    bench.raise_events(1)
    assert len(bench.transports[0].started) == (2 if on_wire is None else 3), "tried anew, once it has settled that"
    bench.check_books()


def test_with_both_slow_nobody_is_left_twice() -> None:
    bench = hanging()
    bench.transports[1].answer = None
    bench.raise_events(3 * WINDOW)
    bench.clock.advance(0.9)
    assert [len(transport.open) for transport in bench.transports] == [1, 1]
    bench.clock.advance(5)
    assert [state_of(bench, member) for member in range(2)] == [State.SLOW, State.UNTRIED]
    bench.transports[1].settle_next(WINDOW, DELIVERED)
    assert bench.lane.counters.waiting == 2 * WINDOW
    bench.transports[0].lose_connection("no answer within 5000 ms")
    assert bench.transports[0].started[1:] == [], "the one that failed outright is out"
    bench.check_books()


def test_a_broker_that_says_it_is_blocking_is_left_at_once() -> None:
    bench = hanging()
    bench.transports[0].on_wire = 0
    bench.raise_events(5)
    words = "the broker is blocking publishers: low on memory"
    bench.transports[0].connection = Connection(ConnectionState.UP, blocked=words)
    bench.lane.connection_changed()
    assert bench.transports[1].took == [1, 2, 3, 4, 5]
    assert bench.members[0].health.error == words
    bench.transports[0].connection = UP
    bench.transports[0].answer = SENT
    bench.raise_events(1)
    assert bench.transports[0].took == [6], "it said when it takes events again: no mark has to run out"


def test_a_blocked_member_is_passed_over_without_a_mark_and_comes_back_at_once() -> None:
    bench = LaneBench(FailoverLane, members=2)
    bench.transports[0].connection = Connection(ConnectionState.UP, blocked="the broker is blocking publishers")
    bench.raise_events(2)
    bench.transports[0].connection = UP
    bench.raise_events(2)
    assert [transport.took for transport in bench.transports] == [[3, 4], [1, 2]]


def test_off_waits_as_long_as_it_takes() -> None:
    bench = hanging(slow_after=0.0)
    bench.raise_events(2 * WINDOW)
    bench.clock.advance(60)
    assert bench.transports[1].took == []
    assert bench.clock.pending == 0, "and nothing looks"


def test_an_idle_subscription_has_no_timer() -> None:
    bench = hanging()
    bench.raise_events(3)
    bench.transports[0].settle_next(3, DELIVERED)
    bench.clock.advance(2)
    assert bench.clock.pending == 0


def test_a_backlog_that_was_held_is_no_sign_of_slowness() -> None:
    bench = LaneBench(FailoverLane, members=2, failover_timeout=5.0)
    bench.fail(0)
    bench.fail(1)
    bench.raise_events(2 * WINDOW)
    bench.clock.advance(4.9)
    bench.transports[0].answer = None
    bench.clock.advance(0.2)
    bench.transports[0].settle_next(1, DELIVERED)
    bench.clock.advance(0.3)
    assert state_of(bench, 0) is State.UP
    settle_everything(bench, 0)
    assert bench.transports[0].took == bench.raised


def test_a_failed_member_whose_mark_ran_out_while_it_blocks_is_better_than_nobody() -> None:
    bench = LaneBench(FailoverLane, members=1, failover_timeout=5.0)
    bench.fail(0)
    bench.raise_events(2)
    bench.heal(0)
    bench.transports[0].connection = Connection(ConnectionState.UP, blocked="the broker is blocking publishers")
    bench.clock.advance(5)
    assert bench.transports[0].took == [1, 2]


# Coming back


def test_with_all_marked_the_one_that_is_back_is_tried_at_once() -> None:
    bench = LaneBench(FailoverLane, members=2)
    bench.fail(0)
    bench.fail(1)
    bench.raise_events(3)
    bench.clock.advance(7)
    assert bench.lane.held_since is not None
    bench.heal(1)
    bench.transports[1].connection = Connection(ConnectionState.UP, back_at=bench.clock.now())
    bench.lane.connection_changed()
    assert bench.transports[1].took == [1, 2, 3]
    assert bench.lane.held_since is None


def test_a_connection_that_came_up_before_the_failure_proves_nothing() -> None:
    bench = LaneBench(FailoverLane, members=1)
    bench.transports[0].connection = Connection(ConnectionState.UP, back_at=bench.clock.now() - 1)
    bench.fail(0, "error 500", Fault.ANSWER)
    bench.fail(0, "timed out")
    bench.raise_events(1)
    bench.heal(0)
    bench.clock.advance(29.9)
    bench.lane.connection_changed()
    assert bench.transports[0].took == []
    bench.clock.advance(0.2)
    assert bench.transports[0].took == [1]


def test_one_without_a_connection_is_tried_every_second_while_all_are_marked() -> None:
    bench = LaneBench(FailoverLane, members=2)
    for transport in bench.transports:
        transport.connection = Connection(ConnectionState.IDLE)
    bench.fail(0)
    bench.fail(1)
    bench.raise_events(3)
    bench.clock.advance(2.5)
    assert [len(transport.started) for transport in bench.transports] == [3, 3]
    assert all(len(run) == 1 for run in bench.transports[0].started[1:]), "with one event"
    bench.heal(0)
    bench.clock.advance(1)
    assert bench.transports[0].took == [1, 2, 3]


def test_what_failed_late_has_room_kept_for_it() -> None:
    bench = hanging(queue_size=2_000)
    bench.raise_events(WINDOW)
    bench.clock.advance(0.9)
    bench.raise_events(1)
    bench.transports[1].answer = None
    bench.clock.advance(0.1)
    free = bench.lane.free
    bench.transports[0].settle_next(WINDOW - 1, LATE)
    assert bench.lane.free == free


def test_a_shorter_patience_counts_for_what_is_in_flight_already() -> None:
    bench = hanging(slow_after=60.0)
    bench.raise_events(2)
    bench.lane.use_options(SubscriptionOptions(slow_after=0.5))
    bench.clock.advance(0.6)
    assert state_of(bench, 0) is State.SLOW


def test_a_possible_copy_that_another_policy_delivers_is_counted() -> None:
    bench = LaneBench(FailoverLane, members=1, answer=None)
    bench.raise_events(3)
    inherited: list[int] = []

    def heir(_batch: object, indices: range) -> bool:
        inherited.extend(indices)
        return True

    bench.lane.retire(heir)
    bench.transports[0].settle_next(3, LATE)
    assert (inherited, bench.lane.counters.copies) == ([0, 1, 2], 3)


def test_drop_keeps_to_the_letter() -> None:
    bench = LaneBench(FailoverLane, members=1, when_all_failed=WhenAllFailed.DROP)
    bench.fail(0)
    bench.raise_events(1)
    bench.heal(0)
    bench.transports[0].connection = Connection(ConnectionState.UP, back_at=bench.clock.now() + 1)
    bench.clock.advance(2)
    bench.raise_events(1)
    assert bench.lane.counters.undelivered == 2


# No room


@pytest.mark.parametrize(("drop", "left"), [(Drop.NEWEST, [1, 2, 3, 4]), (Drop.OLDEST, [3, 4, 5, 6])])
def test_what_is_dropped_is_chosen(drop: Drop, left: list[int]) -> None:
    bench = LaneBench(FailoverLane, members=1, queue_size=4, drop=drop)
    bench.lane.pause(0)
    bench.raise_events(3)
    bench.raise_events(3)
    assert bench.lane.counters.undelivered == 2
    bench.lane.resume(0)
    assert bench.transports[0].took == left
    bench.check_books()


OUTCOMES: list[Outcome] = [DELIVERED, failed("timed out", maybe_taken=True)]
"""No event's own fault: such an event may have to wait while one that refused it is idle."""


class SlowMachine(RuleBasedStateMachine):
    """Members that hang, answer late, fail and come back: whatever happens, the books balance and nothing is stuck."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = LaneBench(FailoverLane, members=3, answer=None, failover_timeout=5.0, queue_size=10_000)

    @rule(number=st.integers(1, 900))
    def raise_events(self, number: int) -> None:
        self.bench.raise_events(number)

    @rule(member=st.integers(0, 2), size=st.integers(1, 700), outcome=st.sampled_from(OUTCOMES))
    def settle(self, member: int, size: int, outcome: Outcome) -> None:
        transport = self.bench.transports[member]
        if transport.open:
            transport.settle_next(size, outcome)

    @rule(member=st.integers(0, 2))
    def lose_connection(self, member: int) -> None:
        self.bench.transports[member].lose_connection()

    @rule(member=st.integers(0, 2), on_wire=st.none() | st.integers(0, 50))
    def clog(self, member: int, on_wire: int | None) -> None:
        self.bench.transports[member].on_wire = on_wire

    @rule(member=st.integers(0, 2), is_blocked=st.booleans())
    def block(self, member: int, is_blocked: bool) -> None:
        self.bench.transports[member].connection = Connection(
            ConnectionState.UP, back_at=self.bench.clock.now(), blocked="blocked" if is_blocked else None
        )
        self.bench.lane.connection_changed()

    @rule(seconds=st.sampled_from([0.05, 0.3, 0.9, 5.0]))
    def wait(self, seconds: float) -> None:
        self.bench.clock.advance(seconds)

    @invariant()
    def books_balance_and_nothing_is_taken_twice(self) -> None:
        self.bench.check_books()
        taken = [number for transport in self.bench.transports for number in transport.took]
        assert len(taken) == len(set(taken)), "only what was settled as failed is given to another"

    @precondition(lambda self: any(transport.open for transport in self.bench.transports))
    @invariant()
    def nothing_waits_while_somebody_is_idle_and_well(self) -> None:
        self.bench.clock.advance(3.0)  # each of three members may have its trial, and be found slow
        well = [
            member
            for member, transport in zip(self.bench.members, self.bench.transports, strict=True)
            if member.health.failed_at is None and transport.connection.blocked is None and not transport.open
        ]
        line = self.bench.lane.counters.waiting - sum(
            run.unsettled for transport in self.bench.transports for run in transport.open
        )
        assert not (well and line), f"{line} wait although {[one.index for one in well]} are idle"

    def teardown(self) -> None:
        """In the end everything has exactly one outcome."""
        self.bench.lane.close("stop")
        for transport in self.bench.transports:
            transport.lose_connection()
        assert self.bench.lane.counters.waiting == 0
        self.bench.clock.advance(60)
        assert self.bench.clock.pending == 0
        self.bench.check_books()


TestSlowMachine = SlowMachine.TestCase
TestSlowMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
