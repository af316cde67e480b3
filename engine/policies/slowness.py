"""When FAILOVER leaves a member that has not failed, but lets events wait: pure values and one decision."""

from __future__ import annotations

from typing import NamedTuple

from engine.policies import failover
from engine.policies.base import Standings

CROWDED = 0.5
"""From this share of the queue on, a quarter of `slow_after` is enough: the rest would not find room any more."""


class Pressure(NamedTuple):
    """What waits for the member that has events of a subscription in flight. Times in seconds."""

    waiting: int
    """Events that it was not given yet."""
    oldest_s: float
    """How long the oldest of these has waited for it."""
    in_flight: int
    silent_s: float
    """How long it has settled nothing of what it has in flight."""
    blocked: str | None = None
    """That it takes nothing now, in its own words."""


def too_slow(pressure: Pressure, slow_after: float, queue_size: int) -> str | None:
    """That a member is too slow, in words; None when it is not. `slow_after` is in seconds, 0 is never.

    A single event in flight is no reason, however long it takes, as long as no other event needs the member.
    """
    if not slow_after:
        return None
    if pressure.blocked is not None:
        return pressure.blocked
    patience = slow_after / 4 if pressure.waiting >= CROWDED * queue_size else slow_after
    if pressure.waiting and pressure.oldest_s >= patience:
        return f"too slow: {pressure.waiting:,} wait, the oldest {pressure.oldest_s:.1f} s"
    if pressure.in_flight + pressure.waiting > 1 and pressure.silent_s >= slow_after:
        return f"too slow: {pressure.in_flight:,} in flight, none settled for {pressure.silent_s:.1f} s"
    return None


def has_other_than(member: int, standings: Standings, now: float, failover_timeout: float) -> bool:
    """Whether somebody who is neither marked nor too slow would take over from a member that is left."""
    without = [
        standing._replace(health=standing.health.slowed(now, ""), is_left=True) if place == member else standing
        for place, standing in enumerate(standings)
    ]
    following = failover.next_member(without, now, failover_timeout)
    if following is None or following == member:
        return False
    standing = standings[following]
    failed_at = standing.health.failed_at
    is_marked = failed_at is not None and now < failed_at + failover_timeout
    return not (is_marked or standing.is_left or standing.blocked is not None)
