"""What is known of a member: its state and its marks. Values only; the member holds the one in force."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from msgspec import Struct, structs

from engine.bounds import Count, Moment

CHANGES = 50
"""Changes of state that a member remembers."""


class State(StrEnum):
    """A member's state, in the words that the console shows."""

    UNTRIED = "untried"
    UP = "up"
    FAILED = "failed"
    SLOW = "slow"
    DUE = "due"
    PAUSED = "paused"


class Change(Struct, frozen=True):
    """A member came into a state. Failing again for the same reason is counted, and is no change of its own."""

    at: Moment
    """Monotonic seconds."""
    state: State
    reason: str = ""
    times: Count = 1
    last_at: Moment = 0.0
    """When it failed last, in monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Health:
    """A member's health. `failed_at` is the mark: when it last failed, in monotonic seconds; success alone clears it.

    `since` is when the present state began. `error` and `error_at` outlive the mark, for the operator.
    """

    tried: bool = False
    failed_at: float | None = None
    paused: bool = False
    since: float = 0.0
    is_slow: bool = False
    """Whether the mark is for being too slow: passed over as a failed one, but better than nobody."""
    is_absent: bool = False
    """Whether the mark is for want of a connection alone: over when there is one again."""
    error: str | None = None
    error_at: float | None = None
    changes: tuple[Change, ...] = field(default=(), compare=False, repr=False)
    """How it came to be as it is: the last `CHANGES`, oldest first."""

    def failed(self, now: float, error: str, *, is_absent: bool = False) -> Health:
        """The health after a member failure at `now`: marked, counting from this failure."""
        since = self.since if self.failed_at is not None else now
        marked = self._marked(now, error, since, self._failed_again(now, error))
        return replace(marked, is_absent=True) if is_absent else marked

    def slowed(self, now: float, error: str) -> Health:
        """The health after the member let events wait too long: marked, counting from now."""
        return replace(self._marked(now, error, now, self._and(now, State.SLOW, error)), is_slow=True)

    def succeeded(self, now: float, started_at: float) -> Health:
        """The health after a success at `now` of something that was started at `started_at`.

        It clears the mark, unless it was under way already when the member failed, or began in that very instant:
        such a late success says nothing about the member as it is now. Returns itself when nothing changes, which is
        the usual case.
        """
        if self.failed_at is None:
            return self if self.tried else replace(self, tried=True, since=now, changes=self._and(now, State.UP))
        if started_at <= self.failed_at:
            return self
        return replace(self, failed_at=None, is_slow=False, since=now, changes=self._and(now, State.UP))

    def returned(self, now: float, back_at: float) -> Health:
        """The health after the peer, which had refused or ended the connection, was there again at `back_at`.

        It clears an older mark for want of a connection: where nobody is skipped, that would stay for as long as no
        event comes. One that ends connections with events in flight has to take an event first.
        """
        if self.failed_at is None or not self.is_absent or back_at <= self.failed_at:
            return self
        return replace(
            self, failed_at=None, is_slow=False, since=back_at, changes=self._and(now, State.UP, "connected again")
        )

    def noted(self, now: float, error: str) -> Health:
        """The health after an event failed on its own account: no mark, but the error can be looked up."""
        return replace(self, error=error, error_at=now)

    def with_pause(self, now: float, *, paused: bool) -> Health:
        """The health after the operator paused or resumed the member. Marks stay as they are."""
        if self.paused == paused:
            return self
        resumed = replace(self, paused=paused, since=now)
        state = resumed.state(now, None)
        return replace(resumed, changes=self._and(now, state, "by the operator" if paused else "resumed"))

    def skipped_until(self, failover_timeout: float) -> float | None:
        """When the mark runs out, in monotonic seconds; None without a mark."""
        return None if self.failed_at is None else self.failed_at + failover_timeout

    def state(self, now: float, failover_timeout: float | None) -> State:
        """The state at `now`. `failover_timeout` (seconds) is FAILOVER's; None elsewhere, where nothing is ever due."""
        if self.paused:
            return State.PAUSED
        if self.failed_at is not None:
            due = failover_timeout is not None and now >= self.failed_at + failover_timeout
            return State.DUE if due else State.SLOW if self.is_slow else State.FAILED
        return State.UP if self.tried else State.UNTRIED

    def _marked(self, now: float, error: str, since: float, changes: tuple[Change, ...]) -> Health:
        return replace(
            self,
            tried=True,
            failed_at=now,
            is_slow=False,
            is_absent=False,
            since=since,
            error=error,
            error_at=now,
            changes=changes,
        )

    def _and(self, now: float, state: State, reason: str = "") -> tuple[Change, ...]:
        return (*self.changes[1 - CHANGES :], Change(now, state, reason, 1, now))

    def _failed_again(self, now: float, error: str) -> tuple[Change, ...]:
        last = self.changes[-1] if self.changes else None
        if last is None or last.state is not State.FAILED or last.reason != error:
            return self._and(now, State.FAILED, error)
        return (*self.changes[:-1], structs.replace(last, times=last.times + 1, last_at=now))
