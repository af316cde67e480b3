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
    skipped: list[Skip] = []
    for member, (health, _) in enumerate(standings):
        skip = _skip(member, health, now, failover_timeout)
        if member in refused_by:
            continue
        if skip is None:
            return _give(Share(member, indices, tuple(skipped), health.failed_at is not None), holder)
        skipped.append(skip)
    if len(refused_by) == len(standings):
        return End(summary(attempts))
    return _nobody(indices, attempts, standings, holder, tuple(skipped), failover_timeout, when_all_failed)


def next_member(standings: Standings, now: float, failover_timeout: float) -> int | None:
    """Who gets the next event; None while every member is marked or paused."""
    for member, (health, _) in enumerate(standings):
        if _skip(member, health, now, failover_timeout) is None:
            return member
    return None


def own_account(attempts: Sequence[Attempt]) -> Collection[int]:
    """The members at which these events failed on their own account."""
    return {attempt.member for attempt in attempts if attempt.outcome.is_own_account} if attempts else ()


def _nobody(
    indices: range,
    attempts: Sequence[Attempt],
    standings: Standings,
    holder: int | None,
    skipped: tuple[Skip, ...],
    failover_timeout: float,
    when_all_failed: WhenAllFailed,
) -> Decision:
    marked = [
        (health.failed_at, member)
        for member, health in ((skip.member, standings[skip.member].health) for skip in skipped)
        if health.failed_at is not None and not health.paused
    ]
    if when_all_failed is WhenAllFailed.HOLD:
        return Hold(min(marked)[0] + failover_timeout if marked else None, skipped)
    if when_all_failed is WhenAllFailed.TRY and marked and not any(attempt.is_last_resort for attempt in attempts):
        member = min(marked)[1]
        passed_over = tuple(skip for skip in skipped if skip.member != member)
        return _give(Share(member, indices, passed_over, is_trial=True, is_last_resort=True), holder)
    return End(summary(attempts, skipped), skipped)


def _give(share: Share, holder: int | None) -> Share | Wait:
    return share if holder is None or holder == share.member else Wait(holder)


def _skip(member: int, health: Health, now: float, failover_timeout: float) -> Skip | None:
    if health.paused:
        return paused_skip(member)
    if health.failed_at is not None and now < health.failed_at + failover_timeout:
        return marked_skip(member, health, now)
    return None
