"""Events for a member whose connection is down wait in its queue, for a while, and go out in order when it is back."""

from __future__ import annotations

import pytest

from engine.feed import Step
from engine.health import State
from engine.lanes.parallel import ParallelLane
from engine.lanes.round_robin import RoundRobinLane
from engine.member import EXPIRED_AT_A_TIME, WINDOW
from engine.options import OnFailure
from engine.run import DELIVERED, SENT, Fault, failed
from tests.support.lanes import LaneBench

WAIT_S = 3.0
UNSENT = failed("connection refused", unsent=True)
CUT_OFF = failed("connection reset; the event may have been processed", cut_off=True)


class TestParallel:
    def test_events_wait_for_a_connection_and_leave_in_order(self) -> None:
        bench = LaneBench(ParallelLane, members=2)
        bench.go_down(0)
        numbers = bench.raise_events(3) + bench.raise_events(2)
        assert bench.transports[0].started == []
        assert bench.transports[1].took == numbers, "nobody else waits"
        assert bench.transports[0].demanded > 0, "an event asks for a connection"
        bench.clock.advance(WAIT_S - 0.1)
        assert bench.lane.counters.waiting == 5
        bench.come_back(0)
        assert bench.transports[0].took == numbers
        assert bench.lane.counters.sent == 5
        assert bench.clock.pending == 0

    def test_what_happens_to_one_of_a_hundred_is_no_work_for_the_others(self) -> None:
        bench = LaneBench(ParallelLane, members=100)
        for number in range(100):
            bench.go_down(number)
        bench.raise_events(1)
        asked = [transport.demanded for transport in bench.transports]
        bench.lane.connection_changed(bench.members[7].target)
        assert [number for number, one in enumerate(bench.transports) if one.demanded > asked[number]] == [7]

    def test_what_nobody_came_for_ends_with_the_reason_that_is_true_then(self) -> None:
        bench = LaneBench(ParallelLane, members=1)
        bench.go_down(0, "connection reset by the peer")
        bench.raise_events(2)
        bench.clock.advance(1.0)
        bench.go_down(0, "connection refused")
        bench.raise_events(3)
        bench.clock.advance(WAIT_S - 1.0)
        assert (bench.lane.counters.undelivered, bench.lane.counters.waiting) == (2, 3)
        assert bench.lane.last_undelivered == "1: connection refused"
        bench.clock.advance(1.0)
        assert bench.lane.counters.undelivered == 5
        assert bench.members[0].counters.failed == 5
        bench.check_books()

    def test_without_waiting_it_fails_at_once(self) -> None:
        bench = LaneBench(ParallelLane, members=1, wait_for_member=0)
        bench.go_down(0)
        bench.transports[0].answer = UNSENT
        bench.raise_events(2)
        assert bench.lane.counters.undelivered == 2
        assert bench.clock.pending == 0

    def test_while_events_wait_the_member_is_seen_to_fail(self) -> None:
        bench = LaneBench(ParallelLane, members=1)
        bench.go_down(0)
        bench.raise_events(1)
        health = bench.members[0].health
        assert (health.failed_at is not None, health.error) == (True, "connection refused")
        assert bench.members[0].counters.failed == 0, "nothing has failed for good"
        bench.go_down(0, "no route to the host")
        assert bench.members[0].health.error == "no route to the host"
        bench.clock.advance(0.1)
        bench.come_back(0)
        assert bench.members[0].health.failed_at is None

    def test_a_member_that_is_back_is_seen_to_be_even_if_no_event_comes(self) -> None:
        bench = LaneBench(ParallelLane, members=1)
        bench.go_down(0)
        bench.raise_events(1)
        bench.clock.advance(WAIT_S + 1.0)
        assert bench.members[0].health.state(bench.clock.now(), None) is State.FAILED
        bench.come_back(0)
        health = bench.members[0].health
        assert (health.state(bench.clock.now(), None), health.error) == (State.UP, "connection refused")
        assert health.changes[-1].reason == "connected again"

    def test_a_connection_that_was_there_before_the_failure_proves_nothing(self) -> None:
        bench = LaneBench(ParallelLane, members=1)
        bench.go_down(0)
        bench.come_back(0)
        bench.clock.advance(1.0)
        bench.fail(0, "error 500", Fault.ANSWER)
        bench.raise_events(1)
        bench.lane.connection_changed()
        assert bench.members[0].health.failed_at is not None

    def test_one_that_takes_connections_and_ends_them_is_seen_to_fail(self) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=None)
        bench.raise_events(1)
        for _ in range(2):
            bench.go_down_after(0, CUT_OFF)
            bench.clock.advance(0.1)
            bench.come_back(0)
        assert bench.lane.counters.undelivered == 1
        assert bench.members[0].health.failed_at is not None

    def test_what_a_connect_in_vain_leaves_goes_back_to_the_front(self) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=None)
        first = bench.raise_events(3)
        second = bench.raise_events(2)
        bench.go_down_after(0, UNSENT)
        third = bench.raise_events(1)
        assert bench.members[0].queue.count == 6
        bench.heal(0)
        bench.come_back(0)
        assert bench.transports[0].took == [*first, *second, *third]
        assert bench.members[0].counters.failed == 0
        assert bench.lane.counters.copies == 0

    def test_what_was_in_flight_at_a_loss_goes_once_more_and_is_counted_as_a_possible_copy(self) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=None)
        bench.raise_events(4)
        bench.transports[0].settle_next(1, DELIVERED)
        bench.go_down_after(0, CUT_OFF)
        assert bench.lane.counters.copies == 3
        bench.come_back(0)
        bench.transports[0].settle_next(3, DELIVERED)
        assert bench.lane.counters.delivered == 4
        told = [record for record in bench.feed.since(0) if record.step is Step.SETTLED]
        assert [attempt.outcome.reason for attempt in told[-1].attempts] == [CUT_OFF.reason]

    def test_a_second_loss_ends_it_with_both_reasons(self) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=None)
        bench.raise_events(2)
        bench.go_down_after(0, CUT_OFF)
        bench.come_back(0)
        bench.go_down_after(0, CUT_OFF)
        assert bench.lane.counters.undelivered == 2
        assert bench.lane.counters.copies == 2

    def test_one_that_was_in_flight_and_finds_nobody_again_says_both(self) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=None)
        bench.raise_events(1)
        bench.go_down_after(0, CUT_OFF)
        bench.clock.advance(WAIT_S)
        assert bench.lane.last_undelivered == f"1: connection refused; before that: {CUT_OFF.reason}"

    @pytest.mark.parametrize(
        "outcome",
        [
            failed("answered with error 500", Fault.ANSWER),
            failed("too long", Fault.EVENT),
            failed("the subscription ended", Fault.ENGINE),
            failed("no answer within 5000 ms", maybe_taken=True),
        ],
    )
    def test_nothing_else_is_tried_again(self, outcome: object) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=None)
        bench.raise_events(2)
        bench.go_down_after(0, outcome)  # type: ignore[arg-type]
        assert bench.lane.counters.undelivered == 2
        assert bench.members[0].queue.count == 0

    def test_an_unsent_event_of_a_member_that_is_there_is_no_endless_loop(self) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=UNSENT)
        bench.raise_events(1)
        assert bench.lane.counters.undelivered == 1
        assert len(bench.transports[0].started) == 1

    def test_a_queue_that_is_full_says_for_whom_it_waits(self) -> None:
        bench = LaneBench(ParallelLane, members=1, queue_size=10)
        bench.go_down(0)
        assert bench.members[0].room == 10, "nothing can be handed over"
        bench.raise_events(12)
        assert bench.members[0].queue.count == 10
        assert bench.lane.counters.waiting == 12, "a batch ends as a whole"
        (refused,) = [record.outcome for record in bench.feed.since(0) if record.step is Step.SETTLED]
        assert refused is not None
        assert refused.reason == "queue full: 10 notifications wait (connection refused)"

    def test_many_that_waited_in_vain_end_in_slices(self) -> None:
        bench = LaneBench(ParallelLane, members=1)
        bench.go_down(0)
        for _ in range(3 * EXPIRED_AT_A_TIME):
            bench.raise_events(1)
        most = 0
        before = 0
        expire = bench.members[0]._expire

        def watched() -> None:
            nonlocal most, before
            expire()
            most = max(most, bench.lane.counters.undelivered - before)
            before = bench.lane.counters.undelivered

        bench.members[0]._expire = watched  # type: ignore[method-assign]
        bench.members[0]._stop_timer()
        bench.members[0].pump()
        bench.clock.advance(WAIT_S)
        assert (bench.lane.counters.undelivered, most) == (3 * EXPIRED_AT_A_TIME, EXPIRED_AT_A_TIME)

    def test_a_pause_and_the_end_of_a_subscription_leave_no_timer(self) -> None:
        bench = LaneBench(ParallelLane, members=1)
        bench.go_down(0)
        bench.raise_events(2)
        bench.lane.pause(0)
        bench.clock.advance(2 * WAIT_S)
        assert bench.lane.counters.waiting == 2, "a paused member keeps what waits"
        bench.lane.resume(0)
        bench.lane.close("the subscription ended")
        assert (bench.lane.counters.waiting, bench.clock.pending) == (0, 0)

    def test_after_the_end_of_a_subscription_nothing_is_taken_back(self) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=None)
        bench.raise_events(2)
        bench.lane.close("the subscription ended")
        bench.go_down_after(0, UNSENT)
        assert (bench.lane.counters.undelivered, bench.clock.pending) == (2, 0)

    def test_other_options_are_heeded_by_what_waits_already(self) -> None:
        bench = LaneBench(ParallelLane, members=1)
        bench.go_down(0)
        bench.transports[0].answer = UNSENT
        bench.raise_events(2)
        bench.lane.use_options(type(bench.options)(wait_for_member=0))
        assert (bench.lane.counters.undelivered, bench.clock.pending) == (2, 0)

    def test_a_thousand_single_events_in_flight_come_back_in_order(self) -> None:
        bench = LaneBench(ParallelLane, members=1, answer=None)
        for _ in range(WINDOW + 100):
            bench.raise_events(1)
        bench.go_down_after(0, CUT_OFF)
        bench.heal(0)
        bench.come_back(0)
        assert bench.transports[0].took == bench.raised


class TestRoundRobin:
    def test_while_anybody_is_there_nothing_waits(self) -> None:
        bench = LaneBench(RoundRobinLane)
        bench.go_down(1)
        numbers = bench.raise_events(4)
        assert sorted(bench.transports[0].took + bench.transports[2].took) == numbers
        assert bench.lane.counters.waiting == 0

    def test_with_all_of_them_down_events_are_dealt_out_and_wait(self) -> None:
        bench = LaneBench(RoundRobinLane)
        for member in range(3):
            bench.go_down(member)
        bench.raise_events(6)
        assert [member.queue.count for member in bench.members] == [2, 2, 2]
        bench.clock.advance(WAIT_S - 0.1)
        assert bench.lane.counters.waiting == 6

    def test_the_first_that_is_back_takes_what_waits_for_all(self) -> None:
        bench = LaneBench(RoundRobinLane)
        for member in range(3):
            bench.go_down(member)
        numbers = bench.raise_events(6)
        bench.come_back(1)
        assert sorted(bench.transports[1].took) == numbers
        assert bench.lane.counters.sent == 6

    def test_what_nobody_came_for_ends_after_one_lap_with_every_reason(self) -> None:
        bench = LaneBench(RoundRobinLane, members=2)
        bench.go_down(0, "connection refused")
        bench.go_down(1, "no route to the host")
        bench.raise_events(4)
        bench.clock.advance(WAIT_S)
        assert bench.lane.counters.undelivered == 4
        assert bench.lane.last_undelivered == "1: connection is down: connection refused; 2: no route to the host"
        assert bench.clock.pending == 0

    def test_who_waited_in_vain_for_one_waits_for_no_other_behind_newer_events(self) -> None:
        bench = LaneBench(RoundRobinLane, members=4)
        for member in range(4):
            bench.go_down(member)
        oldest = 0.0
        for _ in range(100):
            bench.raise_events(1)
            bench.clock.advance(0.1)
            waiting = [run.batch.raised_at for member in bench.members for run in member.queue.runs]
            oldest = max(oldest, bench.clock.now() - min(waiting))
        assert oldest <= WAIT_S + 0.01

    def test_what_was_cut_off_waits_where_nobody_else_can_take_it(self) -> None:
        bench = LaneBench(RoundRobinLane, members=2, answer=None)
        bench.go_down(1)
        numbers = bench.raise_events(3)
        bench.go_down_after(0, CUT_OFF)
        assert bench.lane.counters.waiting == 3
        bench.heal(0)
        bench.come_back(0)
        assert bench.transports[0].took == numbers
        assert bench.lane.counters.copies == 3

    def test_what_was_cut_off_goes_on_to_who_is_there(self) -> None:
        bench = LaneBench(RoundRobinLane, members=2)
        bench.transports[0].answer = None
        bench.raise_events(4)
        bench.go_down_after(0, CUT_OFF)
        assert sorted(bench.transports[1].took) == [1, 2, 3, 4]
        assert bench.members[0].queue.count == 0

    def test_with_on_failure_fail_events_wait_for_their_own_member_alone(self) -> None:
        bench = LaneBench(RoundRobinLane, members=2, on_failure=OnFailure.FAIL)
        bench.go_down(0)
        bench.go_down(1)
        bench.raise_events(4)
        bench.come_back(1)
        assert bench.transports[1].took == [2, 4]
        assert bench.members[0].queue.count == 2

    def test_one_that_breaks_with_every_event_is_no_endless_round(self) -> None:
        bench = LaneBench(RoundRobinLane, members=2, answer=None)
        bench.go_down(0)
        bench.go_down(1)
        bench.raise_events(1)
        for _ in range(20):
            for member in range(2):
                bench.come_back(member)
                bench.go_down_after(member, CUT_OFF)
        bench.clock.advance(3 * WAIT_S)
        assert (bench.lane.counters.undelivered, bench.lane.counters.waiting) == (1, 0)
        assert sum(len(transport.started) for transport in bench.transports) <= 6

    def test_without_waiting_it_ends_at_once(self) -> None:
        bench = LaneBench(RoundRobinLane, members=2, wait_for_member=0)
        bench.go_down(0)
        bench.go_down(1)
        bench.raise_events(2)
        assert bench.lane.counters.undelivered == 2

    def test_room_is_asked_for_before_others_queues_are_emptied(self) -> None:
        bench = LaneBench(RoundRobinLane, members=2, answer=None, queue_size=1000)
        bench.go_down(0)
        bench.go_down(1)
        bench.raise_events(1000)
        bench.raise_events(1000)
        bench.come_back(1)
        waiting = bench.members[0].queue.count + bench.members[1].queue.count + bench.members[1].in_flight
        assert waiting == 2000
        assert bench.lane.counters.undelivered == 0
        bench.transports[1].answer = SENT
        while bench.transports[1].open:
            bench.transports[1].settle_next(WINDOW, SENT)
        assert bench.lane.counters.undelivered == 0
