"""The tests' own watchdog."""

from __future__ import annotations

import asyncio
import time

from tests.support.watchdog import Watchdog


async def test_it_sees_how_long_the_loop_was_held() -> None:
    with Watchdog() as dog:
        for _ in range(20):
            await asyncio.sleep(0)
        held_until = time.perf_counter() + 0.05
        while time.perf_counter() < held_until:
            pass
        await asyncio.sleep(0)
    assert dog.turns >= 20
    assert 0.05 <= dog.longest_s <= dog.whole_s
    assert 0 < dog.longest_busy_s <= dog.longest_s + 0.01
    assert dog.share > 0


async def test_it_stops_with_its_block() -> None:
    with Watchdog() as dog:
        await asyncio.sleep(0)
    turns = dog.turns
    for _ in range(5):
        await asyncio.sleep(0)
    assert dog.turns == turns
