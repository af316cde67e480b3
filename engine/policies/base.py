"""What the policies share: what they know of members, and how they say what is to be done. Pure values only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from engine.health import Health
from engine.run import Attempt, Skip


class Standing(NamedTuple):
    """What a policy may know of a member: its health, and the last error while its connection is known to be down."""

    health: Health
    down: str | None = None
    blocked: str | None = None
    """Why it takes nothing now although its connection is up (a broker's alarm)."""
    back_at: float | None = None
    """When its connection came back, or when it may be tried without one, in monotonic seconds: see `failover.plan`."""
    is_left: bool = False
    """FAILOVER: it has events in flight for which nobody waits any more, as it was too slow."""


Standings: TypeAlias = Sequence[Standing]


class Share(NamedTuple):
    """Events for a member: the positions `indices` of the batch, and who was passed over for them."""

    member: int
    indices: range
    skipped: tuple[Skip, ...] = ()
    is_trial: bool = False
    """FAILOVER: the member is due; one event tries it, and only its success opens the window."""
    is_last_resort: bool = False
    """FAILOVER, `when_all_failed: try`: marked like all others, but tried once for these events."""


class Hold(NamedTuple):
    """The events wait until `until` (monotonic seconds), or for the operator where it is None."""

    until: float | None
    skipped: tuple[Skip, ...]


class Wait(NamedTuple):
    """The events wait until `member` has settled what it has in flight; order would break otherwise."""

    member: int


class End(NamedTuple):
    """Nobody is left to take the events: they end undelivered, for `reason`."""

    reason: str
    skipped: tuple[Skip, ...] = ()


def paused_skip(member: int) -> Skip:
    """Passing over a member that the operator paused."""
    return Skip(member, "paused by the operator")


def marked_skip(member: int, health: Health, now: float) -> Skip:
    """Passing over a member inside its failover_timeout, with the age and the words of its failure."""
    failed_at = health.failed_at if health.failed_at is not None else now
    if health.is_slow:
        return Skip(member, f"{health.error or 'too slow'}, {now - failed_at:.1f} s ago")
    return Skip(member, f"failed {now - failed_at:.1f} s ago: {health.error or 'unknown'}")


def blocked_skip(member: int, words: str) -> Skip:
    """Passing over a member that says itself that it takes nothing now."""
    return Skip(member, words)


def left_skip(member: int, health: Health) -> Skip:
    """Passing over a member that was too slow, and has not settled yet what it was given then."""
    return Skip(member, f"has not settled what it was given before: {health.error or 'too slow'}")


def down_skip(member: int, error: str) -> Skip:
    """Passing over a member whose connection is known to be down."""
    return Skip(member, f"connection is down: {error}")


def summary(attempts: Sequence[Attempt], skipped: Sequence[Skip] = ()) -> str:
    """Why nobody took an event: each member's own reason, members counted from 1 as people do."""
    reasons = {attempt.member: attempt.outcome.reason for attempt in attempts}
    for skip in skipped:
        reasons.setdefault(skip.member, skip.reason)
    return "; ".join(f"{member + 1}: {reason}" for member, reason in sorted(reasons.items()))
