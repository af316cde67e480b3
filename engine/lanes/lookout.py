"""How long events of a FAILOVER subscription have waited for the member that was chosen, and when to look again."""

from __future__ import annotations

from collections.abc import Callable

from engine.clock import Clock
from engine.lanes.alarm import Alarm
from engine.lanes.waiting import WaitingLine
from engine.member import Member
from engine.policies.slowness import Pressure

LOOKS = 16
"""A sixteenth of `slow_after` is the shortest time between two looks at what waits."""


class Lookout:
    """Times are monotonic seconds. `look` is called when it is time to look again; it is to set the next time."""

    def __init__(self, clock: Clock, line: WaitingLine, look: Callable[[], None]) -> None:
        self.alarm = Alarm(clock, look)
        self.moved_at = clock.now()
        """When something settled, or the chosen member got its first work."""
        self._clock = clock
        self._line = line
        self._chosen: int | None = None
        self._chosen_at = clock.now()

    def chose(self, member: int, *, after_hold: bool) -> None:
        """A member is given events: what waits, waits for it from now on, if it waited for another or for a mark."""
        if member != self._chosen or after_hold:
            self._chosen, self._chosen_at = member, self._clock.now()

    def waited(self) -> float:
        """How long the front of the line has waited for the member that was chosen."""
        return self._clock.now() - max(self._line.front.since, self._chosen_at) if self._line else 0.0

    def still_for(self) -> float:
        """How long nothing has settled."""
        return self._clock.now() - self.moved_at

    def pressure(self, member: Member, returned: int) -> Pressure:
        """What waits for a member; `returned` events wait for what it has in flight."""
        return Pressure(
            waiting=self._line.count + returned,
            oldest_s=self.waited(),
            in_flight=member.in_flight,
            silent_s=self.still_for() if member.in_flight else 0.0,
            blocked=member.target.transport.connection.blocked,
        )

    def look_again(self, slow_after: float) -> None:
        """Look when something may have waited for `slow_after`; 0 is never."""
        if slow_after:
            wait = slow_after - max(self.waited(), self.still_for())
            self.alarm.set(self._clock.now() + min(max(wait, slow_after / LOOKS), slow_after))
