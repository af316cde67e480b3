"""One timer for all that expires."""

from __future__ import annotations

import asyncio
import time

from engine.clock import SystemClock
from engine.slices import SLICE_S
from engine.subscriptions.expiries import STALE_MAX, Expiries
from tests.support.clock import FakeClock


def test_each_expires_at_its_moment_and_one_timer_is_enough() -> None:
    clock, ended = FakeClock(), list[str]()
    expiries = Expiries(clock, ended.append)
    for number in range(100):
        expiries.set(f"{number}", clock.now() + 1 + number)
    assert clock.pending == 1
    clock.advance(10.5)
    assert ended == [f"{number}" for number in range(10)]
    clock.advance(1_000)
    assert len(ended) == 100
    assert clock.pending == 0


def test_another_moment_takes_the_place_of_the_first_and_what_is_forgotten_stays() -> None:
    clock, ended = FakeClock(), list[str]()
    expiries = Expiries(clock, ended.append)
    expiries.set("later", clock.now() + 1)
    expiries.set("later", clock.now() + 5)
    expiries.set("sooner", clock.now() + 9)
    expiries.set("sooner", clock.now() + 2)
    expiries.set("never", clock.now() + 3)
    expiries.forget("never")
    clock.advance(4)
    assert ended == ["sooner"]
    clock.advance(100)
    assert ended == ["sooner", "later"]
    assert clock.pending == 0


def test_without_anything_left_there_is_no_timer() -> None:
    clock = FakeClock()
    expiries = Expiries(clock, lambda _: None)
    expiries.set("one", clock.now() + 1)
    expiries.forget("one")
    expiries.forget("one")
    assert clock.pending == 0


def test_what_is_refreshed_all_the_time_leaves_nothing_behind() -> None:
    clock = FakeClock()
    expiries = Expiries(clock, lambda _: None)
    for number in range(10_000):
        expiries.set("one", clock.now() + 3_600 + number)
    assert len(expiries._heap) <= STALE_MAX + 3  # what is kept is nowhere else to be seen


async def test_many_with_the_same_moment_end_in_slices() -> None:
    clock, ended = SystemClock(), list[str]()

    def slow(key: str) -> None:
        ended.append(key)
        until = time.monotonic() + SLICE_S / 3
        while time.monotonic() < until:
            pass

    expiries = Expiries(clock, slow)
    moment = clock.now() + 0.01
    for number in range(30):
        expiries.set(f"{number}", moment)
    most, before = 0, 0
    while len(ended) < 30:
        await asyncio.sleep(0)
        most, before = max(most, len(ended) - before), len(ended)
    assert ended == [f"{number}" for number in range(30)]
    assert most <= 4
