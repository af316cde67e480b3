"""What the manual promises each captured trace, worked out event by event, independently of the engine.

A member is `up` (takes it), `dead` (refuses) or `silent` / `error` (receives it, and fails it all the same). The clock
is the trace's own. Names here are labels ("A"); a label may stand in the list twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Received = dict[str, list[int]]
Mood = Callable[[str], str]
"""How a member is now: up, dead, silent or error."""


@dataclass
class Parallel:
    """Everybody gets everything; nobody stops anybody (D24)."""

    members: Sequence[str]
    received: Received = field(default_factory=lambda: defaultdict(list))

    def event(self, index: int, now: float, mood: Mood) -> None:
        for member in self.members:
            if mood(member) != "dead":
                self.received[member].append(index)

    def pass_time(self, now: float, mood: Mood) -> None:
        """Nothing waits."""


@dataclass
class RoundRobin:
    """The next member in turn; a failed event goes on, at most one lap (D13).

    `watched` members are passed over while they are known to be down: from a failed attempt, or with `connected` ones
    from the loss of their connection, until they are up again.
    """

    members: Sequence[str]
    connected: frozenset[str]
    watched: frozenset[str]
    known_down: set[str] = field(default_factory=set)
    pointer: int = 0
    received: Received = field(default_factory=lambda: defaultdict(list))

    def event(self, index: int, now: float, mood: Mood) -> None:
        self.known_down = {member for member in self.known_down if mood(member) == "dead"}
        count = len(self.members)
        turns = [(self.pointer + step) % count for step in range(count)]
        takers = [turn for turn in turns if self.members[turn] not in self.known_down]
        for attempt, turn in enumerate(takers):
            if attempt == 0:
                self.pointer = (turn + 1) % count
            member = self.members[turn]
            if mood(member) == "up":
                self.received[member].append(index)
                return
            if member in self.watched:
                self.known_down.add(member)

    def pass_time(self, now: float, mood: Mood) -> None:
        """Nothing waits."""


@dataclass
class Failover:
    """First success in the order given; a failed member is skipped for `timeout` seconds; with all marked, hold."""

    members: Sequence[str]
    timeout: float
    marks: dict[str, float] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)
    received: Received = field(default_factory=lambda: defaultdict(list))

    def event(self, index: int, now: float, mood: Mood) -> None:
        self.held.append(index)
        self._serve(now, mood)

    def pass_time(self, now: float, mood: Mood) -> None:
        """Serve what is held, at each moment at which a mark runs out."""
        while self.held and (due := min(self.marks[member] + self.timeout for member in self.members)) <= now:
            self._serve(due, mood)

    def _serve(self, now: float, mood: Mood) -> None:
        while self.held and self._take(self.held[0], now, mood):
            self.held.pop(0)

    def _take(self, index: int, now: float, mood: Mood) -> bool:
        for member in self.members:
            if member in self.marks and now < self.marks[member] + self.timeout:
                continue
            if mood(member) != "dead":
                self.received[member].append(index)
            if mood(member) == "up":
                self.marks.pop(member, None)
                return True
            self.marks[member] = now
        return False
