"""What there was no time for in one turn of the loop: batches that have not been given to all of their lanes yet."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence

from engine.clock import Clock
from engine.lanes.base import Lane
from engine.run import Batch
from engine.slices import SLICE_S

_log = logging.getLogger(__name__)

HEAVY = 8_192
"""Bytes of an event that count as one; a larger one counts as several."""

AT_A_TIME = 16
"""Lanes that are given a batch before another event has its turn."""

LANES_IN_A_TURN = 64
"""Lanes that are given a batch in one turn of the loop: each has its transport work as well, which is done behind it in
the same turn, and takes longest where it must first connect."""


def give(lane: Lane, batch: Batch) -> None:
    """Give a batch to a lane."""
    try:
        lane.take(batch)
    except Exception:  # noqa: BLE001 - a mistake in one subscription is not to reach the others
        _log.exception("a subscription to %s broke at %d events", batch.name, len(batch))


class Turn:
    """How much is given in one turn of the loop: for a slice of time at most, and to so many lanes."""

    __slots__ = ("_clock", "_left", "_until")

    def __init__(self, clock: Clock, lanes: int = LANES_IN_A_TURN) -> None:
        self._clock = clock
        self._until = clock.now() + SLICE_S
        self._left = lanes

    @property
    def is_over(self) -> bool:
        """Whether others are to have their turn."""
        return self._left <= 0 or self._clock.now() > self._until

    def give(self, lane: Lane, batch: Batch) -> None:
        """Give a batch to a lane."""
        self._left -= 1
        give(lane, batch)


class _Giving:
    """A batch, and the lanes that it goes to, as they were when the event had its turn."""

    __slots__ = ("batch", "early", "lanes", "places", "position")

    def __init__(self, batch: Batch, lanes: Sequence[Lane], position: int) -> None:
        self.batch = batch
        self.lanes = lanes
        self.position = position
        """Of the first lane that does not have it."""
        self.early: set[Lane] = set()
        """Those behind it that have."""
        self.places: dict[Lane, int] | None = None

    @property
    def weight(self) -> int:
        """As how many events it counts."""
        return max(len(self.batch), self.batch.size // HEAVY)

    @property
    def left(self) -> int:
        """Lanes that do not have it yet."""
        return len(self.lanes) - self.position - len(self.early)

    def waits_for(self, lane: Lane) -> bool:
        """Whether a lane is still to get it."""
        if self.places is None:
            self.places = {listener: place for place, listener in enumerate(self.lanes)}
        return self.places.get(lane, -1) >= self.position and lane not in self.early


class Overdue:
    """Batches by event, in the order raised. Events take turns, so that one with many subscriptions holds up none."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[_Giving]] = {}
        self.events: dict[str, int] = {}
        """By name, how many some lane is still to get; large ones count as several. Names without any are not here."""

    def __bool__(self) -> bool:
        return bool(self._queues)

    @property
    def deliveries(self) -> int:
        """Deliveries that no lane has yet."""
        return sum(giving.left * len(giving.batch) for queue in self._queues.values() for giving in queue)

    def add(self, batch: Batch, lanes: Sequence[Lane], position: int) -> None:
        """Take a batch that goes to the lanes from `position` on."""
        giving = _Giving(batch, lanes, position)
        self._queues.setdefault(batch.name, deque()).append(giving)
        self.events[batch.name] = self.events.get(batch.name, 0) + giving.weight

    def give(self, turn: Turn) -> None:
        """Give as much as goes into a turn."""
        while self._queues and not turn.is_over:
            name = next(iter(self._queues))
            queue = self._queues[name]
            self._give_some(queue[0], turn)
            if queue[0].position >= len(queue[0].lanes):
                self.events[name] -= queue.popleft().weight
            del self._queues[name]
            if queue:
                self._queues[name] = queue  # behind the others
            else:
                del self.events[name]

    def catch_up(self, name: str, lane: Lane) -> None:
        """Give a lane everything that it is still to get."""
        for giving in tuple(self._queues.get(name, ())):
            if giving.waits_for(lane):
                giving.early.add(lane)
                give(lane, giving.batch)

    def _give_some(self, giving: _Giving, turn: Turn) -> None:
        for _ in range(AT_A_TIME):
            if giving.position >= len(giving.lanes) or turn.is_over:
                return
            lane = giving.lanes[giving.position]
            giving.position += 1
            if lane in giving.early:
                giving.early.discard(lane)
            else:
                turn.give(lane, giving.batch)
