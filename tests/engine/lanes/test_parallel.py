"""The PARALLEL lane: independent members, and one outcome for each delivery."""

from __future__ import annotations

import pytest

from engine.feed import Step
from engine.lanes.parallel import ParallelLane
from engine.run import DELIVERED, SENT, Fault, failed
from tests.support.lanes import LaneBench


def test_every_member_gets_every_event_in_order() -> None:
    bench = LaneBench(ParallelLane)
    numbers = bench.raise_events(5) + bench.raise_events(1)
    assert [transport.took for transport in bench.transports] == [numbers] * 3
    assert bench.lane.counters.sent == 6


def test_a_failing_member_harms_no_other_and_the_delivery_counts_as_taken() -> None:
    bench = LaneBench(ParallelLane)
    bench.fail(1)
    numbers = bench.raise_events(4)
    assert bench.transports[0].took == bench.transports[2].took == numbers
    assert bench.lane.counters.sent == 4
    assert bench.lane.counters.undelivered == 0
    assert bench.members[1].counters.failed == 4


def test_a_hanging_member_holds_up_only_itself_and_its_queue_is_bounded() -> None:
    bench = LaneBench(ParallelLane, queue_size=10)
    bench.transports[1].answer = None
    for _ in range(3):
        bench.raise_events(600)
    assert len(bench.transports[0].took) == 1800
    hanging = bench.members[1]
    assert (hanging.in_flight, hanging.queue.count) == (1024, 10)
    assert hanging.counters.refused == 1800 - hanging.in_flight - hanging.queue.count
    assert hanging.health.failed_at is None, "a full queue marks nobody"
    bench.check_books()


def test_a_member_that_settles_one_by_one_is_not_handed_single_events() -> None:
    bench = LaneBench(ParallelLane, members=1, answer=None)
    bench.raise_events(3000)
    transport = bench.transports[0]
    for _ in range(3000):
        transport.settle_next(1, SENT)
    assert bench.lane.counters.sent == 3000
    assert len(transport.started) <= 6


def test_delivered_wins_over_sent_and_undelivered_needs_everyone_to_fail() -> None:
    bench = LaneBench(ParallelLane, members=2, answer=None)
    bench.raise_events(4)
    first, second = bench.transports
    first.settle_next(2, SENT)
    first.settle_next(2, failed("refused"))
    second.settle_next(1, DELIVERED)
    second.settle_next(1, failed("reset"))
    second.settle_next(1, SENT)
    assert bench.lane.counters.waiting == 4, "a delivery ends with its last notification"
    second.settle_next(1, failed("reset"))
    counters = bench.lane.counters
    assert (counters.delivered, counters.sent, counters.undelivered) == (1, 2, 1)
    ended = [record for record in bench.feed.since(0) if record.step is Step.ENDED]
    assert [(record.indices, record.outcome and record.outcome.reason) for record in ended] == [
        (range(3, 4), "1: refused; 2: reset")
    ]


def test_a_paused_member_is_skipped_and_keeps_what_waits_until_resumed() -> None:
    bench = LaneBench(ParallelLane, members=2)
    bench.lane.pause(0)
    numbers = bench.raise_events(3)
    assert bench.transports[0].started == []
    assert bench.transports[1].took == numbers
    bench.lane.resume(0)
    later = bench.raise_events(1)
    assert bench.transports[0].took == later


def test_with_everyone_paused_events_end_undelivered_with_the_reason() -> None:
    bench = LaneBench(ParallelLane, members=1)
    bench.lane.pause(0)
    bench.raise_events(2)
    assert bench.lane.counters.undelivered == 2
    assert bench.lane.last_undelivered == "1: paused by the operator"


def test_a_window_is_handed_over_at_most_and_the_rest_follows_in_order() -> None:
    bench = LaneBench(ParallelLane, members=1, answer=None)
    numbers = bench.raise_events(1500)
    transport = bench.transports[0]
    assert bench.members[0].in_flight == 1024
    while transport.open:
        transport.settle_next(100, DELIVERED)
    assert transport.took == numbers
    assert bench.lane.counters.delivered == 1500


def test_closing_ends_what_waits_and_lets_what_is_in_flight_settle() -> None:
    bench = LaneBench(ParallelLane, members=1, answer=None)
    bench.raise_events(1100)
    bench.lane.close("the subscription ended")
    assert bench.lane.counters.waiting == 1100, "one batch ends as a whole"
    bench.transports[0].settle_next(1024, DELIVERED)
    counters = bench.lane.counters
    assert (counters.delivered, counters.undelivered, counters.waiting) == (1024, 76, 0)
    assert bench.members[0].in_flight == 0


def test_an_event_failure_does_not_mark() -> None:
    bench = LaneBench(ParallelLane, members=1)
    bench.fail(0, "too long", Fault.EVENT)
    bench.raise_events(1)
    health = bench.members[0].health
    assert health.failed_at is None
    assert health.error == "too long"


@pytest.mark.parametrize("size", [1, 7, 512])
def test_the_feed_has_one_record_a_plan_and_one_a_settled_range(size: int) -> None:
    bench = LaneBench(ParallelLane, members=3)
    bench.raise_events(size)
    assert [record.step for record in bench.feed.since(0)] == [Step.PLANNED] + [Step.SETTLED] * 3


def test_a_slow_member_is_waited_for_only_while_there_is_patience() -> None:
    bench = LaneBench(ParallelLane, members=2, queue_size=10)
    slow = bench.transports[1]
    slow.answer = None
    bench.raise_events(1034)
    assert bench.lane.room == 0, "the slow one is full, and there is patience with it"
    bench.lane.was_awaited(10.0)
    bench.clock.advance(0.001)
    assert bench.lane.room > 0, "the others go on"
    bench.clock.advance(1000.0)
    slow.settle_next(1, SENT)
    bench.raise_events(600)
    assert bench.lane.room <= 0, "patience has grown again"


def test_when_nobody_has_room_everybody_is_waited_for() -> None:
    bench = LaneBench(ParallelLane, members=2, answer=None, queue_size=10)
    bench.raise_events(1034)
    for _ in range(3):
        assert bench.lane.room == 0
        bench.lane.was_awaited(10.0)


def test_a_crowd_that_waits_is_kept_as_bytes_and_delivered_unchanged() -> None:
    bench = LaneBench(ParallelLane, members=1, answer=None, queue_size=40_000)
    for _ in range(40):
        bench.raise_events(500)
    (transport,) = bench.transports
    assert bench.members[0].queue.runs[-1].batch._events is None
    bench.heal(0)
    bench.transports[0].open[0].settle_all(SENT)
    for run in transport.open[1:]:
        run.settle_all(SENT)
    waited = [event.values[0] for run in transport.started[-3:] for event in run.batch.events]
    assert waited == list(range(waited[0], waited[0] + 1500))
    assert bench.lane.counters.sent == 20_000
