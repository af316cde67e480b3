"""Events raised at a steady pace: one at a time, each with the moment from which its age is counted, or for a load."""

from __future__ import annotations

import asyncio
import time
from enum import StrEnum
from itertools import cycle

from benchmarks.events import NAME
from engine.core import Engine
from engine.errors import RefusedError
from engine.event import Event

TICK_S = 0.02


class Stamp(StrEnum):
    """From when an event's age is counted."""

    RAISED = "raised"
    DUE = "due"
    """When its turn was, however late it could be raised."""


async def raise_paced(engine: Engine, pace: int, count: int, stamp: Stamp = Stamp.RAISED) -> None:
    """Raise `count` events, `pace` a second, each with its moment as monotonic nanoseconds."""
    loop = asyncio.get_running_loop()
    begun, begun_ns = loop.time(), time.monotonic_ns()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / pace - loop.time()))
        at = time.monotonic_ns() if stamp is Stamp.RAISED else begun_ns + number * 1_000_000_000 // pace
        engine.raise_event(Event(NAME, (("at", str(at)), ("user", "alice"), ("ip", "192.0.2.17"))), "bench")


class Load:
    """Raises events at a rate, in turn for each subscription, on the engine's own loop."""

    def __init__(self, engine: Engine, rate: int) -> None:
        self._engine = engine
        self._rate = rate
        self.raised = 0

    async def run(self) -> None:
        """Until the engine stops."""
        engine = self._engine
        names = cycle([subscription.event for subscription in engine.table])
        began = time.monotonic()
        try:
            while not engine.dispatcher.is_closed:
                due = int((time.monotonic() - began) * self._rate) - self.raised
                await engine.raise_many([Event(next(names), (("n", 1),))] * due, "bench")
                self.raised += due
                await asyncio.sleep(TICK_S)
        except RefusedError:
            return  # the engine stops: the measurement is over
