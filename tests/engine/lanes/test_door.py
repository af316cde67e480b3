"""The door looks only when it must, and refuses only what nobody has room for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.lanes.door import UNLIMITED, Door
from engine.lanes.failover import FailoverLane
from engine.lanes.parallel import ParallelLane
from engine.lanes.round_robin import RoundRobinLane
from engine.member import WINDOW
from engine.options import Drop
from engine.run import DELIVERED
from tests.support.lanes import LaneBench


@dataclass(eq=False)
class Hears:
    free: int = 10
    takes_all: bool = False
    is_crowded: bool = True


def test_it_need_not_look_while_what_is_on_its_way_fits_into_half_of_the_smallest_queue() -> None:
    door = Door()
    assert not door.must_look(1_000_000)
    door.expect(100)
    door.expect(1_000)
    assert [door.must_look(waiting) for waiting in (49, 50)] == [False, True]
    crowded = Hears()
    door.crowded.add(crowded)
    assert door.must_look(0)
    door.forget_those_with_room()
    assert door.must_look(0)
    crowded.is_crowded = False
    door.forget_those_with_room()
    assert not door.must_look(0)


@pytest.mark.parametrize(
    ("hearers", "room"),
    [
        ([], UNLIMITED),
        ([Hears(5)], 2),
        ([Hears(3)], 0),
        ([Hears(3), Hears(9)], 6),
        ([Hears(0), Hears(0, takes_all=True)], UNLIMITED),
    ],
)
def test_there_is_room_as_long_as_one_has_some(hearers: list[Hears], room: int) -> None:
    assert Door().room(hearers, 3) == room


@pytest.mark.parametrize(
    ("lane_class", "members", "takes"),
    [(ParallelLane, 2, WINDOW + 100), (RoundRobinLane, 2, 2 * (WINDOW + 100)), (FailoverLane, 2, WINDOW + 100)],
)
def test_what_the_door_lets_in_is_never_refused_inside(lane_class: type, members: int, takes: int) -> None:
    bench = LaneBench(lane_class, members, answer=None, queue_size=100, slow_after=0.0)
    raised = 0
    while (free := bench.lane.free) > 0 and raised < 10 * WINDOW:
        raised += len(bench.raise_events(min(free, 37)))
    assert bench.lane.counters.undelivered == 0
    assert sum(member.counters.refused for member in bench.members) == 0
    assert takes - 2 * members * 37 <= raised <= takes
    assert bench.lane.context.door.crowded == {bench.lane}
    assert bench.lane.is_crowded
    for transport in bench.transports:
        while transport.open:
            transport.settle_next(WINDOW, DELIVERED)
    assert not bench.lane.is_crowded
    bench.check_books()


def test_one_member_with_room_is_enough() -> None:
    bench = LaneBench(ParallelLane, 2, queue_size=10)
    bench.transports[0].answer = None
    bench.raise_events(WINDOW)
    bench.raise_events(10)
    assert bench.members[0].free == 0
    assert bench.lane.free > 0
    bench.lane.pause(1)
    assert bench.lane.free == 0, "a paused one takes nothing"


@pytest.mark.parametrize("drop", [Drop.OLDEST, Drop.NEWEST])
def test_a_lane_that_drops_takes_all(drop: Drop) -> None:
    bench = LaneBench(ParallelLane, 1, answer=None, queue_size=4, drop=drop)
    bench.raise_events(WINDOW)
    bench.raise_events(3)
    bench.raise_events(3)
    assert bench.lane.takes_all
    assert bench.members[0].counters.refused == 2
    waiting = [run.batch.first_seq + index for run in bench.members[0].queue for index in run.indices]
    oldest = WINDOW + (3 if drop is Drop.OLDEST else 1)
    assert waiting == list(range(oldest, oldest + 4))
    bench.check_books()
