"""FAILOVER: the listed order, first success ends it; a failed member is skipped until failover_timeout has passed.

Order holds because at most one member has events of the subscription in flight at any time: while the member that
would be chosen is not the one that still has some, everything waits for those to settle.
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
    Standings,
    Wait,
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
    for member, (health, _) in enumerate(standings):
        if member in refused_by:
            continue
        ready_at = _ready_at(health, failover_timeout, tried_at.get(member))
        if health.paused:
            skipped.append(paused_skip(member))
        elif ready_at is not None and now < ready_at:
            skipped.append(marked_skip(member, health, now))
            ready.append(ready_at)
        else:
            return _give(Share(member, indices, tuple(skipped), health.failed_at is not None), holder)
    if len(refused_by) == len(standings):
        return End(summary(attempts))
    if when_all_failed is WhenAllFailed.HOLD:
        return Hold(min(ready, default=None), tuple(skipped))
    if when_all_failed is WhenAllFailed.TRY and ready and not any(attempt.is_last_resort for attempt in attempts):
        return _give(_last_resort(indices, standings, tuple(skipped)), holder)
    return End(summary(attempts, skipped), tuple(skipped))


def next_member(standings: Standings, now: float, failover_timeout: float) -> int | None:
    """Who gets the next event; None while every member is marked or paused."""
    for member, (health, _) in enumerate(standings):
        ready_at = _ready_at(health, failover_timeout)
        if not health.paused and (ready_at is None or now >= ready_at):
            return member
    return None


def own_account(attempts: Sequence[Attempt]) -> Collection[int]:
    """The members at which these events failed on their own account."""
    return {attempt.member for attempt in attempts if attempt.outcome.is_own_account} if attempts else ()


def _last_resort(indices: range, standings: Standings, skipped: tuple[Skip, ...]) -> Share:
    """One attempt at the member whose mark is oldest."""
    marks = [(standings[skip.member].health, skip.member) for skip in skipped]
    _, member = min(
        (health.failed_at, member) for health, member in marks if health.failed_at is not None and not health.paused
    )
    passed_over = tuple(skip for skip in skipped if skip.member != member)
    return Share(member, indices, passed_over, is_trial=True, is_last_resort=True)


def _give(share: Share, holder: int | None) -> Share | Wait:
    return share if holder is None or holder == share.member else Wait(holder)


def _ready_at(health: Health, failover_timeout: float, tried_at: float | None = None) -> float | None:
    """When a marked member may be tried; None without a mark. `tried_at`: when these events were last tried there."""
    if health.failed_at is None:
        return None
    due = health.failed_at + failover_timeout
    return due if tried_at is None else max(due, tried_at + RETRY_S)
