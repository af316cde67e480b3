"""What is known of a member: its state and its marks. Values only; the member holds the one in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """A member's state, in the words that the console shows."""

    UNTRIED = "untried"
    UP = "up"
    FAILED = "failed"
    DUE = "due"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Health:
    """A member's health. `failed_at` is the mark: when it last failed, in monotonic seconds; success alone clears it.

    `since` is when the present state began. `error` and `error_at` outlive the mark, for the operator.
    """

    tried: bool = False
    failed_at: float | None = None
    paused: bool = False
    since: float = 0.0
    error: str | None = None
    error_at: float | None = None

    def failed(self, now: float, error: str) -> Health:
        """The health after a member failure at `now`: marked, counting from this failure."""
        since = self.since if self.failed_at is not None else now
        return replace(self, tried=True, failed_at=now, since=since, error=error, error_at=now)

    def succeeded(self, now: float, started_at: float) -> Health:
        """The health after a success at `now` of something that was started at `started_at`.

        It clears the mark, unless it was under way already when the member failed, or began in that very instant:
        such a late success says nothing about the member as it is now. Returns itself when nothing changes, which is
        the usual case.
        """
        if self.failed_at is None:
            return self if self.tried else replace(self, tried=True, since=now)
        return self if started_at <= self.failed_at else replace(self, failed_at=None, since=now)

    def noted(self, now: float, error: str) -> Health:
        """The health after an event failed on its own account: no mark, but the error can be looked up."""
        return replace(self, error=error, error_at=now)

    def with_pause(self, now: float, *, paused: bool) -> Health:
        """The health after the operator paused or resumed the member. Marks stay as they are."""
        return self if self.paused == paused else replace(self, paused=paused, since=now)

    def skipped_until(self, failover_timeout: float) -> float | None:
        """When the mark runs out, in monotonic seconds; None without a mark."""
        return None if self.failed_at is None else self.failed_at + failover_timeout

    def state(self, now: float, failover_timeout: float | None) -> State:
        """The state at `now`. `failover_timeout` (seconds) is FAILOVER's; None elsewhere, where nothing is ever due."""
        if self.paused:
            return State.PAUSED
        if self.failed_at is not None:
            due = failover_timeout is not None and now >= self.failed_at + failover_timeout
            return State.DUE if due else State.FAILED
        return State.UP if self.tried else State.UNTRIED
