"""The door: an event that nobody who hears it has room for is refused to whoever raises it, not taken and dropped."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Protocol

from engine.policies.slowness import CROWDED

UNLIMITED = sys.maxsize


class Hearer(Protocol):
    """What the door asks of a lane."""

    @property
    def free(self) -> int:
        """Events for which somebody has room, whether or not it moves."""

    @property
    def takes_all(self) -> bool:
        """Whether it takes events beyond its room, and drops some: an operator chose that."""

    @property
    def is_crowded(self) -> bool:
        """Whether its queues are so full that the door has to look at it."""


class Door:
    """Knows when it must look, so that an event on its way to lanes with room costs two comparisons.

    As long as no lane is more than half full, what waits in the inbox fits into each, up to half of the smallest queue.
    """

    def __init__(self) -> None:
        self.crowded: set[Hearer] = set()
        """Lanes that said that they are more than half full."""
        self.margin = UNLIMITED
        """Events that may wait in the inbox before it must look; half of the smallest queue there was."""

    def expect(self, queue_size: int) -> None:
        """There is a lane with such a queue."""
        self.margin = min(self.margin, int(queue_size * CROWDED))

    def must_look(self, waiting: int) -> bool:
        """Whether one more event behind `waiting` in the inbox might find no room."""
        return waiting >= self.margin or bool(self.crowded)

    def room(self, hearers: Iterable[Hearer], waiting: int) -> int:
        """How many more events find room with one of those who hear them, when `waiting` are on their way already.

        One subscription that has no room is no reason to refuse what another can take.
        """
        rooms = [UNLIMITED if hearer.takes_all else hearer.free - waiting for hearer in hearers]
        return max(rooms, default=UNLIMITED)

    def forget_those_with_room(self) -> None:
        """Look no longer at lanes that are no more than half full."""
        if self.crowded:
            self.crowded = {hearer for hearer in self.crowded if hearer.is_crowded}
