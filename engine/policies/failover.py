"""FAILOVER: the listed order, first success ends it; a failed member is skipped until failover_timeout has passed.

Order holds because at most one member has events of the subscription in flight at any time: while the member that
would be chosen is not the one that still has some, everything waits for those to settle. A member that is too slow is
left behind with what it has in flight, and order ends there for these events alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from engine.health import Health
from engine.options import WhenAllFailed
from engine.policies.base import (
    End,
    Hold,
    Share,
    Standing,
    Standings,
    Wait,
    blocked_skip,
    left_skip,
    marked_skip,
    paused_skip,
    summary,
)
from engine.run import Attempt, Skip

RETRY_S = 0.1
"""The same event is not tried again at a member within this many seconds, however short failover_timeout is."""

Decision: TypeAlias = Share | Wait | Hold | End


def plan(
    indices: range,
    attempts: Sequence[Attempt],
    standings: Standings,
    holder: int | None,
    now: float,
    *,
    failover_timeout: float,
    when_all_failed: WhenAllFailed,
) -> Decision:
    """What is to be done with events that have `attempts` behind them.

    The first member that can take them gets them. Where none is left but those that are too slow, or say that they take
    nothing now, the first of these does: slow is better than nobody. Where all have failed, one that came back since
    (`Standing.back_at`) is tried before its time.

    Args:
        indices: the events, as positions of their batch.
        attempts: how these events fared before; a member that they failed at on their own account is not tried again.
        standings: the members, in the order given.
        holder: the member that has events of this subscription in flight, if any.
        now: monotonic seconds.
        failover_timeout: seconds for which a failed member is skipped.
        when_all_failed: what happens while every member is marked.
    """
    refused_by = own_account(attempts)
    tried_at = {attempt.member: attempt.at for attempt in attempts}
    skipped: list[Skip] = []
    ready: list[float] = []
    slow: int | None = None
    for member, standing in enumerate(standings):
        if member in refused_by:
            continue
        ready_at = _ready_at(standing.health, failover_timeout, tried_at.get(member))
        skip = _skip(member, standing, ready_at, now)
        if skip is None:
            return _give(Share(member, indices, tuple(skipped), standing.health.failed_at is not None), holder)
        skipped.append(skip)
        if slow is None and _only_waits(standing, ready_at, now):
            slow = member
        elif ready_at is not None and not standing.health.paused:
            ready.append(ready_at)
    if len(refused_by) == len(standings):
        return End(summary(attempts))
    if slow is not None:
        return _give(Share(slow, indices, _without(skipped, slow)), holder)
    if when_all_failed is WhenAllFailed.DROP:
        return End(summary(attempts, skipped), tuple(skipped))
    back_at, back = min(_backs(standings, skipped, tried_at), default=(None, None))
    if back_at is not None and back is not None:
        if back_at <= now:
            return _give(Share(back, indices, _without(skipped, back), is_trial=True), holder)
        ready.append(back_at)
    if when_all_failed is WhenAllFailed.HOLD:
        return Hold(min(ready, default=None), tuple(skipped))
    return _give_or_end(indices, attempts, standings, skipped, holder)


def next_member(standings: Standings, now: float, failover_timeout: float) -> int | None:
    """Who gets the next event; None while every member has failed or is paused."""
    slow: int | None = None
    for member, standing in enumerate(standings):
        ready_at = _ready_at(standing.health, failover_timeout)
        if _skip(member, standing, ready_at, now) is None:
            return member
        if slow is None and _only_waits(standing, ready_at, now):
            slow = member
    return slow


def own_account(attempts: Sequence[Attempt]) -> Collection[int]:
    """The members at which these events failed on their own account."""
    return {attempt.member for attempt in attempts if attempt.outcome.is_own_account} if attempts else ()


def _skip(member: int, standing: Standing, ready_at: float | None, now: float) -> Skip | None:
    """Why a member is passed over; None when it can be given events."""
    if standing.health.paused:
        return paused_skip(member)
    if ready_at is not None and now < ready_at:
        return marked_skip(member, standing.health, now)
    if standing.is_left:
        return left_skip(member, standing.health)
    return None if standing.blocked is None else blocked_skip(member, standing.blocked)


def _only_waits(standing: Standing, ready_at: float | None, now: float) -> bool:
    """Whether a member that is passed over has not failed, but only lets events wait."""
    has_failed = ready_at is not None and now < ready_at and not standing.health.is_slow
    return not standing.health.paused and not has_failed


def _backs(standings: Standings, skipped: Sequence[Skip], tried_at: dict[int, float]) -> list[tuple[float, int]]:
    """When those came back, or may be tried, that have failed before that; with their positions."""
    backs = []
    for member in [skip.member for skip in skipped]:
        health, back_at = standings[member].health, standings[member].back_at
        if not health.paused and health.failed_at is not None and back_at is not None and back_at > health.failed_at:
            backs.append((max(back_at, tried_at.get(member, back_at - RETRY_S) + RETRY_S), member))
    return backs


def _give_or_end(
    indices: range, attempts: Sequence[Attempt], standings: Standings, skipped: Sequence[Skip], holder: int | None
) -> Decision:
    """`when_all_failed: try`: one attempt at a marked member for these events."""
    is_any_marked = any(not standings[skip.member].health.paused for skip in skipped)
    if is_any_marked and not any(attempt.is_last_resort for attempt in attempts):
        return _give(_last_resort(indices, standings, skipped), holder)
    return End(summary(attempts, skipped), tuple(skipped))


def _last_resort(indices: range, standings: Standings, skipped: Sequence[Skip]) -> Share:
    """One attempt at the member whose mark is oldest."""
    marks = [(standings[skip.member].health, skip.member) for skip in skipped]
    _, member = min(
        (health.failed_at, member) for health, member in marks if health.failed_at is not None and not health.paused
    )
    return Share(member, indices, _without(skipped, member), is_trial=True, is_last_resort=True)


def _without(skipped: Sequence[Skip], member: int) -> tuple[Skip, ...]:
    return tuple(skip for skip in skipped if skip.member != member)


def _give(share: Share, holder: int | None) -> Share | Wait:
    return share if holder is None or holder == share.member else Wait(holder)


def _ready_at(health: Health, failover_timeout: float, tried_at: float | None = None) -> float | None:
    """When a marked member may be tried; None without a mark. `tried_at`: when these events were last tried there."""
    if health.failed_at is None:
        return None
    due = health.failed_at + failover_timeout
    return due if tried_at is None else max(due, tried_at + RETRY_S)
