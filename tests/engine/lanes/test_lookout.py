"""How long has been waited, and when it is time to look: on a clock that stands still."""

from __future__ import annotations

from engine.event import Event
from engine.lanes.lookout import LOOKS, Lookout
from engine.lanes.waiting import Pending, WaitingLine
from engine.run import Batch
from tests.support.clock import FakeClock


def lookout(clock: FakeClock, line: WaitingLine) -> tuple[Lookout, list[float]]:
    looks: list[float] = []
    return Lookout(clock, line, lambda: looks.append(clock.now())), looks


def pending(since: float) -> Pending:
    return Pending(Batch("E_TEST", [Event("E_TEST", ())], 1, since, ""), range(1), since)


def test_waiting_counts_from_the_choice_of_another_member_or_the_end_of_a_hold() -> None:
    clock, line = FakeClock(), WaitingLine()
    watch, _ = lookout(clock, line)
    assert watch.waited() == 0.0
    line.append(pending(clock.now()))
    clock.advance(5)
    assert watch.waited() == 5.0
    watch.chose(0, after_hold=False)
    clock.advance(1)
    watch.chose(0, after_hold=False)
    assert watch.waited() == 1.0, "the same one goes on"
    watch.chose(0, after_hold=True)
    assert watch.waited() == 0.0
    clock.advance(2)
    watch.chose(1, after_hold=False)
    assert watch.waited() == 0.0


def test_it_looks_when_something_may_have_waited_too_long_and_not_more_often_than_need_be() -> None:
    clock, line = FakeClock(), WaitingLine()
    watch, looks = lookout(clock, line)
    clock.advance(0.3)
    watch.look_again(0.8)
    clock.advance(0.49)
    assert looks == []
    clock.advance(0.02)
    assert len(looks) == 1
    watch.look_again(0.8)
    clock.advance(0.8 / LOOKS + 0.001)
    assert len(looks) == 2, "something waits already"
    watch.look_again(0.0)
    assert clock.pending == 0
