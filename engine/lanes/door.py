"""The door: an event that nobody who hears it has room for is refused to whoever raises it, not taken and dropped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from engine.policies.slowness import CROWDED

UNLIMITED = sys.maxsize

ASKED_AT_A_TIME = 256
"""Crowded lanes that are asked for one event, and looked at again after each turn: there may be thousands."""


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
        self._crowded: dict[Hearer, None] = {}
        """Lanes that said that they are more than half full; those that were looked at again last are the last."""
        self._asked_from = 0
        """Where in the order of an event's lanes one had room when they were last asked."""
        self.margin = UNLIMITED
        """Events that may wait in the inbox before it must look; half of the smallest queue there was."""

    def expect(self, queue_size: int) -> None:
        """There is a lane with such a queue."""
        self.margin = min(self.margin, int(queue_size * CROWDED))

    def must_look(self, waiting: int) -> bool:
        """Whether one more event behind `waiting` in the inbox might find no room."""
        return waiting >= self.margin or bool(self._crowded)

    def note_crowd(self, hearer: Hearer) -> None:
        """A lane is more than half full."""
        self._crowded[hearer] = None

    @property
    def crowded(self) -> int:
        """Lanes that are more than half full, as far as is known."""
        return len(self._crowded)

    def has_room(self, hearers: Sequence[Hearer], waiting: int) -> bool:
        """Whether one more event finds room with one of those who hear it, when `waiting` are on their way already.

        One subscription that has no room is no reason to refuse what another can take. Where there are very many, and
        all of them are crowded, some are asked, the next time some others.
        """
        count = len(hearers)
        if not count or (waiting < self.margin and len(self._crowded) < count):
            return True
        first = self._asked_from % count
        for position in range(first, first + min(count, ASKED_AT_A_TIME)):
            hearer = hearers[position % count]
            if hearer.takes_all or hearer.free > waiting:
                self._asked_from = position
                return True
        self._asked_from = first + ASKED_AT_A_TIME
        return False

    @staticmethod
    def free(hearers: Sequence[Hearer]) -> int:
        """Events for which one of them has room."""
        return max([UNLIMITED if hearer.takes_all else hearer.free for hearer in hearers], default=UNLIMITED)

    def forget_those_with_room(self) -> None:
        """Look no longer at lanes that are no more than half full; of thousands, at some in each turn of the loop."""
        for hearer in list(islice(self._crowded, ASKED_AT_A_TIME)):
            del self._crowded[hearer]
            if hearer.is_crowded:
                self._crowded[hearer] = None
