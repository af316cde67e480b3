"""The generator: its rate on the clock, its names in turn, what it does when it is held up, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from engine.config.model import GeneratorSettings
from engine.errors import RefusedError
from engine.event import Event
from engine.sources.generator import SOURCE, Generator
from engine.tasks import Tasks
from tests.support.clock import FakeClock
from tests.support.waiting import until


class Taker:
    """Takes events, or keeps whoever raises them waiting, or refuses."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.batches = 0
        self.room = asyncio.Event()
        self.room.set()
        self.is_closed = False

    async def raise_many(self, events: Sequence[Event], source: str) -> None:
        assert source == SOURCE
        await self.room.wait()
        if self.is_closed:
            raise RefusedError("the engine is stopping")
        self.events += events
        self.batches += 1


def made(taker: Taker, clock: FakeClock, rate: float = 10.0) -> Generator:
    settings = GeneratorSettings(events=("E_PIKE_BLOCKED", "E_ACC_CDR"), rate=rate)
    return Generator(settings, taker.raise_many, clock, Tasks(), random=Random(1))


async def test_it_raises_at_its_rate_and_the_names_in_turn() -> None:
    taker, clock = Taker(), FakeClock()
    generator = made(taker, clock)
    generator.start()
    await until(lambda: len(taker.events) == 1)
    for tenth in range(2, 6):
        clock.advance(0.1001)
        await until(lambda expected=tenth: len(taker.events) == expected)  # type: ignore[misc]
    assert [event.name for event in taker.events] == ["E_PIKE_BLOCKED", "E_ACC_CDR"] * 2 + ["E_PIKE_BLOCKED"]
    assert generator.raised == 5
    await generator.stop()


async def test_a_fast_stream_comes_in_batches() -> None:
    taker, clock = Taker(), FakeClock()
    generator = made(taker, clock, rate=10_000)
    generator.start()
    await until(lambda: taker.batches == 1)
    clock.advance(0.1)
    await until(lambda: len(taker.events) >= 1000)
    assert len(taker.events) <= 1001
    assert taker.batches < 10
    await generator.stop()


async def test_what_was_due_while_nobody_took_it_is_not_raised_in_a_lump() -> None:
    taker, clock = Taker(), FakeClock()
    generator = made(taker, clock, rate=100)
    taker.room.clear()
    generator.start()
    await asyncio.sleep(0)
    clock.advance(1000)
    taker.room.set()
    await until(lambda: taker.batches >= 2)
    assert 2 <= len(taker.events) <= 60
    await generator.stop()


async def test_a_stop_ends_it_even_while_it_waits_for_room() -> None:
    taker, clock = Taker(), FakeClock()
    generator = made(taker, clock)
    taker.room.clear()
    generator.start()
    states = [generator.is_running]
    await asyncio.sleep(0)
    await generator.stop()
    states.append(generator.is_running)
    assert states == [True, False]
    assert not taker.events


async def test_it_ends_by_itself_when_the_engine_stops() -> None:
    taker, clock = Taker(), FakeClock()
    taker.is_closed = True
    generator = made(taker, clock)
    generator.start()
    await until(lambda: not generator.is_running)
    assert generator.raised == 0
    await generator.stop()


async def test_a_second_start_does_not_double_the_stream() -> None:
    taker, clock = Taker(), FakeClock()
    generator = made(taker, clock)
    generator.start()
    generator.start()
    await until(lambda: taker.batches == 1)
    clock.advance(0.1001)
    await until(lambda: taker.batches == 2)
    assert len(taker.events) == 2
    await generator.stop()
