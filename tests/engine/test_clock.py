"""The real clock: time that only goes on, and timers of the running loop."""

from __future__ import annotations

import asyncio
import time

from engine.clock import SystemClock


async def test_a_timer_fires_at_its_time_and_not_before() -> None:
    clock = SystemClock()
    fired: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    due = clock.now() + 0.05
    clock.call_at(due, lambda: fired.set_result(clock.now()))
    async with asyncio.timeout(10):
        assert await fired >= due - 0.001


async def test_one_that_was_taken_back_does_not_and_one_that_is_late_does_at_once() -> None:
    clock = SystemClock()
    fired: list[str] = []
    done = asyncio.Event()
    clock.call_at(clock.now(), lambda: fired.append("cancelled")).cancel()
    clock.call_at(clock.now() - 5, lambda: fired.append("late"))
    clock.call_at(clock.now() + 0.01, done.set)
    async with asyncio.timeout(10):
        await done.wait()
    assert fired == ["late"]


def test_the_wall_clock_is_the_system_s() -> None:
    before = time.time()
    assert before <= SystemClock().wall() <= time.time()
