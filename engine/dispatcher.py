"""The dispatcher: a bounded inbox, emptied in batches, parted by event name, given to the lanes that listen."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from engine.clock import Clock
from engine.errors import BusyError, RefusedError
from engine.event import Event
from engine.lanes.base import Lane
from engine.lanes.door import Door
from engine.overdue import Overdue, Turn
from engine.run import Batch

BATCH_MAX = 512
"""Events that `raise_many` hands over at a time, so that others come between."""

LANES_AT_ONCE = 256
"""Lanes that are asked for their room before others get a turn."""

PROGRESS_S = 0.05
"""Longest wait for progress before looking again."""

_name = attrgetter("name")


class _Chunk(NamedTuple):
    events: list[Event]
    raised_at: float
    source: str


class Dispatcher:
    """Takes events in and gives them, in the order raised, to the lanes of their subscriptions."""

    def __init__(self, clock: Clock, inbox_size: int, lanes_of: Callable[[str], Sequence[Lane]]) -> None:
        self.accepted = 0
        self.unheard = 0
        self.refused = 0
        self.is_closed = False
        self._clock = clock
        self._inbox_size = inbox_size
        self._lanes_of = lanes_of
        self.door = Door()
        self._inbox: deque[_Chunk] = deque()
        self._waiting = 0
        self._overdue = Overdue()
        """What there was no time for in the turn in which it was taken out of the inbox."""
        self._next_seq = 1
        self._is_scheduled = False
        self._room_made: asyncio.Event | None = None
        self._look_anyway: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """Events in the inbox."""
        return self._waiting

    @property
    def overdue(self) -> int:
        """Deliveries (event x subscription) that were taken out of the inbox, and no subscription has yet."""
        return self._overdue.deliveries

    def put(self, event: Event, source: str) -> None:
        """Take one event; it joins those of the same source that were raised in this turn of the loop.

        Raises:
            RefusedError: the engine is stopping.
            BusyError: the inbox is full, or nobody who hears the event has room for it.
        """
        self._check_open(1)
        waiting = self._waiting
        if self._overdue.events:
            waiting += self._overdue.events.get(event.name, 0)
        if waiting >= self._inbox_size:
            self.refused += 1
            raise BusyError(f"the engine is busy: {waiting} events wait in the inbox; try again")
        if self.door.must_look(waiting) and not self.door.has_room(self._lanes_of(event.name), waiting):
            self.refused += 1
            raise _no_room((event.name,))
        last = self._inbox[-1] if self._inbox else None
        if last is not None and last.source == source and len(last.events) < BATCH_MAX:
            last.events.append(event)
        else:
            self._inbox.append(_Chunk([event], self._clock.now(), source))
        self._took(1)

    async def put_many(self, events: Sequence[Event], source: str) -> None:
        """Take many events, waiting for room in the inbox and in the queues of members that make progress.

        Raises:
            RefusedError: the engine is stopping; it says how many were taken before.
            BusyError: nobody who hears them has room or makes progress; it says how many were taken before.
        """
        for position in range(0, len(events), BATCH_MAX):
            part = list(events[position : position + BATCH_MAX])
            await self._put_part(part, source, position, len(events))

    async def _put_part(self, events: list[Event], source: str, taken: int, count: int) -> None:
        """Take some of `count` events, of which `taken` were before."""
        names = set(map(_name, events))
        while events:
            self._check_open(count - taken, taken)
            lanes = self._lanes_for(names)
            room = self._room_for(lanes) if len(lanes) <= LANES_AT_ONCE else await self._room_in_turns(lanes)
            room -= self._on_their_way(names)
            if room <= 0:
                await self._wait_for_room(lanes)
                continue
            if self.door.must_look(self._waiting + BATCH_MAX):
                room = min(room, await self._room_behind_door(names))
            if room <= 0:
                self.refused += count - taken
                raise _no_room(names, taken)
            part, events = events[:room], events[room:]
            self._inbox.append(_Chunk(part, self._clock.now(), source))
            self._took(len(part))
            taken += len(part)
            await asyncio.sleep(0)

    async def _wait_for_room(self, lanes: Sequence[Lane]) -> None:
        began = self._clock.now()
        await self.progress()
        waited = self._clock.now() - began
        for position, lane in enumerate(lanes, 1):
            lane.was_awaited(waited)
            if not position % LANES_AT_ONCE:
                await asyncio.sleep(0)

    def note_room(self) -> None:
        """A queue got shorter: whoever waits may look again."""
        if self._room_made is not None:
            self._room_made.set()
            self._room_made = None

    def drain(self) -> None:
        """Give what waits in the inbox to the lanes, as much as there is time for; the rest in the next turns.

        Each subscription gets its events in the order raised. Where an event has many subscriptions, others are given
        theirs in between.
        """
        self._is_scheduled = False
        turn = Turn(self._clock)
        self._open(turn)
        self._overdue.give(turn)
        if self._inbox or self._overdue:
            self._schedule()
        self.door.forget_those_with_room()
        self.note_room()

    def before_change(self) -> None:
        """Settle who hears what was raised so far, since a subscription is about to come or go."""
        self._open(Turn(self._clock))
        none_left = Turn(self._clock, lanes=0)
        while self._inbox:
            self._dispatch(self._taken_out(), none_left)
        if self._overdue:
            self._schedule()

    def catch_up(self, event: str, lane: Lane) -> None:
        """Give a lane, which is about to end, what it still has to hear."""
        self._overdue.catch_up(event, lane)

    async def emptied(self, until: float) -> None:
        """Return when everything is given to the lanes, or at `until` (monotonic seconds)."""
        self.drain()
        while self._clock.now() < until:
            if not self._inbox and not self._overdue:
                return
            await asyncio.sleep(0)

    def _open(self, turn: Turn) -> None:
        while self._inbox and not turn.is_over:
            self._dispatch(self._taken_out(), turn)

    def _taken_out(self) -> _Chunk:
        chunk = self._inbox.popleft()
        self._waiting -= len(chunk.events)
        return chunk

    def _dispatch(self, chunk: _Chunk, turn: Turn) -> None:
        names = set(map(_name, chunk.events))
        if len(names) == 1:
            self._give(names.pop(), chunk.events, chunk, turn)
            return
        for name, events in groupby(sorted(chunk.events, key=_name), key=_name):
            self._give(name, list(events), chunk, turn)

    def _give(self, name: str, events: list[Event], chunk: _Chunk, turn: Turn) -> None:
        lanes = self._lanes_of(name)
        first_seq = self._next_seq
        self._next_seq += len(events)
        if not lanes:
            self.unheard += len(events)
            return
        batch = Batch(name, events, first_seq, chunk.raised_at, chunk.source)
        if name in self._overdue.events:  # in the order raised
            self._overdue.add(batch, lanes, 0)
            return
        for position, lane in enumerate(lanes):
            if turn.is_over:
                self._overdue.add(batch, lanes, position)
                return
            turn.give(lane, batch)

    def _took(self, count: int) -> None:
        self.accepted += count
        self._waiting += count
        self._schedule()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self.drain)

    def _check_open(self, count: int, taken: int = 0) -> None:
        if self.is_closed:
            self.refused += count
            raise RefusedError("the engine is stopping and takes no more events", taken)

    def _room_for(self, lanes: Sequence[Lane]) -> int:
        """What the inbox and every lane can take, together with what is on its way to them."""
        return min([self._inbox_size, *[lane.room for lane in lanes]])

    async def _room_in_turns(self, lanes: Sequence[Lane]) -> int:
        """The same where there are many lanes to be asked: others get turns in between."""
        room = self._inbox_size
        for position in range(0, len(lanes), LANES_AT_ONCE):
            room = min(room, self._room_for(lanes[position : position + LANES_AT_ONCE]))
            await asyncio.sleep(0)
        return room

    async def _room_behind_door(self, names: Collection[str]) -> int:
        """How many more events find room with some lane each, whatever their names."""
        return min([await self._free_for(name) for name in names]) - self._on_their_way(names)

    async def _free_for(self, name: str) -> int:
        lanes = self._lanes_of(name)
        free = self.door.free(lanes[:LANES_AT_ONCE])
        for position in range(LANES_AT_ONCE, len(lanes), LANES_AT_ONCE):
            await asyncio.sleep(0)
            free = max(free, self.door.free(lanes[position : position + LANES_AT_ONCE]))
        return free

    def _on_their_way(self, names: Collection[str]) -> int:
        """Events that may fill the lanes of these names before what is raised now comes to them."""
        if not self._overdue.events:
            return self._waiting
        return self._waiting + max(self._overdue.events.get(name, 0) for name in names)

    def _lanes_for(self, names: Collection[str]) -> Sequence[Lane]:
        if len(names) == 1:
            (name,) = names
            return self._lanes_of(name)
        return [lane for name in names for lane in self._lanes_of(name)]

    async def progress(self) -> None:
        """Return when something has settled, or after a moment: one that stands still is to be noticed too."""
        if self._room_made is None:
            self._room_made = asyncio.Event()
        if self._look_anyway is None:  # one for many waits, which are mostly much shorter
            self._look_anyway = asyncio.get_running_loop().call_later(PROGRESS_S, self._have_looked)
        await self._room_made.wait()

    def _have_looked(self) -> None:
        self._look_anyway = None
        self.note_room()


def _no_room(names: Collection[str], taken: int = 0) -> BusyError:
    which = ", ".join(sorted(names)[:3])
    return BusyError(f"no subscriber to {which} has room for more events now; try again, or see why they wait", taken)
