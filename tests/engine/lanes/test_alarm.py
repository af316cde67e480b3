"""An alarm rings once, at the earliest of its moments."""

from __future__ import annotations

from engine.lanes.alarm import Alarm
from tests.support.clock import FakeClock


def test_the_earliest_moment_counts_and_it_rings_once() -> None:
    clock, rung = FakeClock(), list[float]()
    alarm = Alarm(clock, lambda: rung.append(clock.now()))
    alarm.set(1005.0)
    alarm.set(1002.0)
    alarm.set(1004.0)
    assert alarm.is_set
    clock.advance(10)
    assert rung == [1002.0]
    assert not alarm.is_set


def test_it_can_be_stopped_and_set_again_while_it_rings() -> None:
    clock, rung = FakeClock(), list[float]()
    alarm = Alarm(clock, lambda: (rung.append(clock.now()), alarm.set(clock.now() + 1))[1])
    alarm.set(1001.0)
    clock.advance(2.5)
    assert rung == [1001.0, 1002.0]
    alarm.stop()
    clock.advance(10)
    assert rung == [1001.0, 1002.0]
    assert clock.pending == 0
