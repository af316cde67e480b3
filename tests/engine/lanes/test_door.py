"""The door looks only when it must, and refuses only what nobody has room for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.lanes.door import ASKED_AT_A_TIME, UNLIMITED, Door
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
    door.note_crowd(crowded)
    assert door.must_look(0)
    door.forget_those_with_room()
    assert door.must_look(0)
    crowded.is_crowded = False
    door.forget_those_with_room()
    assert not door.must_look(0)


@pytest.mark.parametrize(
    ("hearers", "free"),
    [
        ([], UNLIMITED),
        ([Hears(5)], 5),
        ([Hears(3)], 3),
        ([Hears(3), Hears(9)], 9),
        ([Hears(0), Hears(0, takes_all=True)], UNLIMITED),
    ],
)
def test_there_is_room_as_long_as_one_has_some(hearers: list[Hears], free: int) -> None:
    door = Door()
    for hearer in hearers:
        door.note_crowd(hearer)
    assert door.free(hearers) == free
    assert door.has_room(hearers, 3) is (free > 3)


class Counts(Hears):
    """Counts how often it is asked."""

    asked = 0

    @property
    def free(self) -> int:
        self.asked += 1
        return self.left

    @free.setter
    def free(self, left: int) -> None:
        self.left = left


def crowd(door: Door, count: int, free: int) -> list[Counts]:
    lanes = [Counts(free) for _ in range(count)]
    for lane in lanes:
        door.note_crowd(lane)
    return lanes


def asked(lanes: list[Counts]) -> int:
    return sum(lane.asked for lane in lanes)


def test_nobody_is_asked_while_one_of_them_is_not_crowded() -> None:
    door = Door()
    door.expect(1_000)
    lanes = crowd(door, 9, 0)
    assert door.has_room([*lanes, Counts()], 499)
    assert not asked(lanes)
    assert not door.has_room([*lanes, Counts(500)], 500), "what is on its way may be too much for that one as well"


def test_of_thousands_that_are_crowded_some_are_asked_and_who_had_room_first() -> None:
    door = Door()
    lanes = crowd(door, 9_999, 0)
    assert not door.has_room(lanes, 0)
    assert asked(lanes) == ASKED_AT_A_TIME
    lanes[5_000].free = 2
    found = [door.has_room(lanes, 0) for _ in range(40)]
    assert found == sorted(found), "once found it is asked first"
    assert sum(found) > 20
    before = asked(lanes)
    assert door.has_room(lanes, 1)
    assert asked(lanes) == before + 1


def test_of_thousands_some_are_looked_at_again_in_each_turn() -> None:
    door = Door()
    lanes = crowd(door, 4 * ASKED_AT_A_TIME, 10)
    for lane in lanes[: 2 * ASKED_AT_A_TIME]:
        lane.is_crowded = False
    known = []
    for _ in range(4):
        door.forget_those_with_room()
        known.append(door.crowded // ASKED_AT_A_TIME)
    assert known == [3, 2, 2, 2]
    for lane in lanes:
        lane.is_crowded = False
    for _ in range(2):
        door.forget_those_with_room()
    assert not door.crowded


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
    assert bench.lane.context.door.crowded == 1
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
    waiting = [run.batch.first_seq + index for run in bench.members[0].queue.runs for index in run.indices]
    oldest = WINDOW + (3 if drop is Drop.OLDEST else 1)
    assert waiting == list(range(oldest, oldest + 4))
    bench.check_books()
