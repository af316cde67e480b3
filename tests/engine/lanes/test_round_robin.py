"""The ROUND-ROBIN lane: turns, passing on, and that nothing is lost while anyone is up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.feed import Step
from engine.lanes.round_robin import RoundRobinLane
from engine.member import WINDOW
from engine.options import OnFailure
from engine.run import SENT, Fault, failed
from tests.support.lanes import LaneBench


def test_events_are_dealt_in_the_order_given_from_batch_to_batch() -> None:
    bench = LaneBench(RoundRobinLane)
    for size in (1, 1, 5, 2):
        bench.raise_events(size)
    assert [transport.took for transport in bench.transports] == [[1, 4, 7], [2, 5, 8], [3, 6, 9]]
    assert bench.lane.next_member() == 0


def test_what_a_member_failed_goes_to_the_next_and_the_pointer_moves_on_all_the_same() -> None:
    bench = LaneBench(RoundRobinLane)
    bench.fail(1)
    bench.raise_events(6)
    assert sorted(bench.transports[0].took + bench.transports[2].took) == [1, 2, 3, 4, 5, 6]
    assert bench.members[1].counters.failed == 2
    assert bench.lane.counters.sent == 6
    assert bench.lane.next_member() == 0


def test_a_member_known_to_be_down_is_passed_over() -> None:
    bench = LaneBench(RoundRobinLane)
    bench.targets[1].down = "connection refused"
    bench.raise_events(4)
    assert [transport.took for transport in bench.transports] == [[1, 3], [], [2, 4]]
    assert bench.members[1].counters.failed == 0


def test_with_all_failing_each_event_ends_after_one_lap_with_every_reason() -> None:
    bench = LaneBench(RoundRobinLane)
    for member in range(3):
        bench.fail(member, f"reason {member}")
    bench.raise_events(3)
    assert [len(transport.started) for transport in bench.transports] == [3, 3, 3]
    assert bench.lane.counters.undelivered == 3
    assert bench.lane.last_undelivered == "1: reason 0; 2: reason 1; 3: reason 2"


def test_on_failure_fail_is_the_letter_of_the_manual() -> None:
    bench = LaneBench(RoundRobinLane, members=2, on_failure=OnFailure.FAIL)
    bench.fail(0)
    bench.raise_events(4)
    assert bench.transports[1].took == [2, 4]
    assert bench.lane.counters.undelivered == 2


def test_failover_timeout_has_no_effect() -> None:
    bench = LaneBench(RoundRobinLane, members=2, failover_timeout=1000.0)
    bench.fail(0)
    bench.raise_events(2)
    bench.heal(0)
    bench.raise_events(2)
    assert bench.transports[0].took == [3]


def test_what_waits_for_a_member_that_fails_goes_to_the_others() -> None:
    bench = LaneBench(RoundRobinLane, members=2)
    bench.transports[0].answer = None
    bench.raise_events(2400)
    stuck = bench.members[0]
    assert stuck.queue.count == 1200 - 1024
    bench.transports[0].answer = SENT
    bench.transports[0].lose_connection()
    assert stuck.queue.count == 0
    assert bench.lane.counters.sent == 2400
    assert sorted(bench.transports[0].took + bench.transports[1].took) == bench.raised


def test_what_may_have_been_taken_is_counted_where_it_goes_on_and_what_only_waited_is_not() -> None:
    late = failed("no answer within 5000 ms; the event may have been processed", maybe_taken=True)
    bench = LaneBench(RoundRobinLane, members=2, answer=None)
    bench.raise_events(2 * (WINDOW + 10))
    bench.transports[0].settle_next(WINDOW, late)
    assert bench.lane.counters.copies == WINDOW
    bench.transports[1].answer = failed("no route to the host")
    bench.transports[1].lose_connection("no route to the host")
    assert bench.lane.counters.undelivered > 0
    ends = [record for record in bench.feed.since(0) if record.step is Step.ENDED]
    waited = [end for end in ends if end.indices.start >= 2 * WINDOW]
    assert waited
    assert all(end.outcome is not None for end in waited)
    assert all("not tried, as one before failed" in end.outcome.reason for end in waited if end.outcome is not None)


def test_pausing_a_member_passes_on_what_waits_for_it() -> None:
    bench = LaneBench(RoundRobinLane, members=2)
    bench.transports[0].answer = None
    bench.raise_events(2400)
    bench.lane.pause(0)
    assert bench.members[0].queue.count == 0
    assert len(bench.transports[1].took) == 1200 + 176
    assert bench.members[0].health.failed_at is None


def test_an_answered_error_takes_nothing_from_the_queue_of_a_member_that_works() -> None:
    bench = LaneBench(RoundRobinLane, members=2, answer=None, queue_size=100)
    bench.raise_events(2 * WINDOW)
    bench.raise_events(200)
    bench.transports[0].settle_next(1, failed("error 500", Fault.ANSWER))
    assert bench.members[0].in_flight + bench.members[0].queue.count == WINDOW + 99


def test_a_failure_passes_on_no_more_than_the_others_have_room_for() -> None:
    bench = LaneBench(RoundRobinLane, members=3, answer=None, queue_size=100)
    bench.raise_events(3 * WINDOW)
    bench.raise_events(210)
    assert [member.queue.count for member in bench.members] == [70, 70, 70]
    bench.transports[0].settle_next(1, failed("timed out"))
    assert [member.queue.count for member in bench.members[1:]] == [100, 100]
    assert bench.members[0].in_flight + bench.members[0].queue.count == WINDOW - 1 + 10
    assert bench.lane.counters.undelivered <= 1, "only the event that failed found no room"
    while any(transport.open for transport in bench.transports):
        for transport in bench.transports:
            if transport.open:
                transport.settle_next(300, SENT)
    assert bench.lane.counters.waiting == 0
    assert bench.lane.counters.undelivered <= 1
    bench.check_books()


def test_a_paused_member_keeps_what_the_others_have_no_room_for_until_it_is_resumed() -> None:
    bench = LaneBench(RoundRobinLane, members=2, answer=None, queue_size=100)
    bench.raise_events(2 * WINDOW)
    bench.raise_events(160)
    bench.lane.pause(0)
    assert [member.queue.count for member in bench.members] == [60, 100]
    bench.lane.resume(0)
    bench.transports[0].settle_next(WINDOW, SENT)
    assert bench.members[0].queue.count == 0
    assert bench.lane.counters.undelivered == 0


def test_a_full_queue_passes_on_and_marks_nobody() -> None:
    bench = LaneBench(RoundRobinLane, members=2, queue_size=10)
    bench.transports[0].answer = None
    for _ in range(4):
        bench.raise_events(600)
    assert bench.members[0].counters.refused > 0
    assert bench.members[0].health.failed_at is None
    bench.check_books()
    assert bench.lane.counters.sent == 2400 - bench.members[0].in_flight - bench.members[0].queue.count


def test_history_shows_whose_turn_it_was() -> None:
    bench = LaneBench(RoundRobinLane, members=2)
    for _ in range(4):
        bench.raise_events(1)
    assert bench.lane.histories() == ["~·~·", "·~·~"]


def test_history_knows_nothing_of_events_of_other_names_in_between() -> None:
    bench = LaneBench(RoundRobinLane, members=2)
    for _ in range(4):
        bench.raise_events(1)
        bench.skip_numbers(5)
    assert bench.lane.histories() == ["~·~·", "·~·~"]


ROUNDS = st.lists(
    st.tuples(st.integers(1, 30), st.lists(st.sampled_from(["ok", "member", "event", "down"]), min_size=3, max_size=3)),
    max_size=8,
)


@given(ROUNDS, st.sampled_from([0.0, 3.0]))
def test_nothing_is_lost_while_anyone_takes_events(rounds: list[tuple[int, list[str]]], wait_for_member: float) -> None:
    bench = LaneBench(RoundRobinLane, wait_for_member=wait_for_member)
    undelivered = 0
    for size, moods in rounds:
        for member, mood in enumerate(moods):
            fault = Fault.EVENT if mood == "event" else Fault.MEMBER
            bench.transports[member].answer = SENT if mood == "ok" else failed("no", fault)
            if mood == "down":
                bench.go_down(member)
            else:
                bench.come_back(member)
        bench.raise_events(size)
        if "down" in moods:
            bench.clock.advance(3 * wait_for_member)
        undelivered += 0 if "ok" in moods else size
        assert bench.lane.counters.undelivered == undelivered
        assert bench.lane.counters.waiting == 0
    taken = sorted(number for transport in bench.transports for number in transport.took)
    assert len(taken) == len(set(taken)) == len(bench.raised) - undelivered


def test_a_thousand_refusing_members_are_no_recursion() -> None:
    bench = LaneBench(RoundRobinLane, members=1000)
    for member in range(999):
        bench.fail(member)
    bench.raise_events(1)
    assert bench.transports[999].took == [1]
