"""A member: a transport with a mistake in it harms nobody else, and who is worth waiting for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.lanes.base import Lane
from engine.lanes.failover import FailoverLane
from engine.lanes.parallel import ParallelLane
from engine.lanes.round_robin import RoundRobinLane
from engine.member import PATIENCE_S, WINDOW
from engine.run import DELIVERED, SENT, Run
from tests.support.lanes import LaneBench


def break_transport(bench: LaneBench, member: int, error: Exception, settled_before: int = 0) -> None:
    """From now on the member's transport raises, after it has settled some events."""

    def start(run: Run) -> None:
        run.settle(range(settled_before), SENT)
        raise error

    bench.transports[member].start = start  # type: ignore[method-assign]


@pytest.mark.parametrize("lane_class", [ParallelLane, FailoverLane, RoundRobinLane])
def test_a_transport_that_raises_harms_nobody_and_its_events_have_their_outcome(
    lane_class: type[Lane], caplog: pytest.LogCaptureFixture
) -> None:
    bench = LaneBench(lane_class, members=2)
    break_transport(bench, 0, LookupError("secret"))
    bench.raise_events(4)
    counters = bench.lane.counters
    assert (counters.sent, counters.waiting) == (4, 0)
    member = bench.members[0]
    assert member.in_flight == 0
    assert member.health.error == "the transport broke (LookupError); the log tells where"
    assert "in start" in caplog.text


def test_what_a_transport_settled_before_it_raised_is_not_settled_again() -> None:
    bench = LaneBench(FailoverLane, members=2)
    break_transport(bench, 0, LookupError(), settled_before=3)
    bench.raise_events(5)
    assert bench.transports[1].took == [4, 5]
    assert bench.lane.counters.sent == 5


def test_an_event_at_which_every_transport_breaks_is_not_held_in_front_of_the_others() -> None:
    bench = LaneBench(FailoverLane, members=1)
    break_transport(bench, 0, LookupError())
    bench.raise_events(1)
    assert bench.lane.counters.undelivered == 1


def test_an_unexpected_error_of_the_system_is_held_like_any_other_member_failure() -> None:
    bench = LaneBench(FailoverLane, members=1)
    break_transport(bench, 0, OSError(24, "Too many open files"))
    bench.raise_events(1)
    assert bench.lane.counters.waiting == 1
    assert bench.members[0].health.error == "too many open files"


def test_a_transport_that_keeps_raising_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    bench = LaneBench(ParallelLane, members=1)
    break_transport(bench, 0, LookupError())
    for _ in range(5):
        bench.raise_events(1)
    assert len(caplog.records) == 1


@pytest.mark.parametrize("lane_class", [ParallelLane, FailoverLane])
def test_a_member_that_was_idle_for_long_is_waited_for_as_soon_as_it_has_work(lane_class: type[Lane]) -> None:
    bench = LaneBench(lane_class, members=1, answer=None, queue_size=1000)
    bench.clock.advance(100 * PATIENCE_S)
    bench.raise_events(WINDOW + 900)
    assert 0 < bench.lane.room <= 100
    bench.clock.advance(1.01 * PATIENCE_S)
    assert bench.lane.room == 1000, "nothing has settled for long: not waited for any more"
    bench.transports[0].settle_next(10, DELIVERED)
    assert bench.lane.room <= 110


def test_refusals_of_a_full_queue_are_no_sign_of_life() -> None:
    bench = LaneBench(ParallelLane, members=2, queue_size=1000)
    bench.transports[1].answer = None
    waits: Callable[[], bool] = lambda: bench.lane.room < 1000  # noqa: E731
    bench.raise_events(WINDOW + 1000)
    assert waits()
    bench.clock.advance(1.01 * PATIENCE_S)
    assert not waits()
    bench.raise_events(500)
    assert bench.members[1].counters.refused == 500
    assert not waits(), "the member that hangs holds nobody up a second time"
