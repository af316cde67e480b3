"""ROUND-ROBIN: one member an event, in the order given; the pointer moves with every event, whatever its outcome.

A member that is paused, or whose connection is known to be down, is passed over. An event whose member failed goes on
to the next one, at most one lap (D13); the pointer does not move for that. With nobody left but those whose connection
is down, events go to these where they may wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.policies.base import End, Share, Standing, Standings, down_skip, paused_skip, summary
from engine.run import Attempt, Skip


class Planned(NamedTuple):
    """Who gets which events, and where the pointer stands afterwards."""

    pointer: int
    shares: tuple[Share, ...]
    end: End | None = None


def plan(pointer: int, indices: range, standings: Standings, *, may_wait: bool = False) -> Planned:
    """Deal `indices` out in turn, beginning at the member that `pointer` shows."""
    if may_wait and not any(_skip(member, standing) is None for member, standing in enumerate(standings)):
        standings = _as_if_up(standings)
    count = len(standings)
    turns = [(pointer + step) % count for step in range(count)]
    takers = [member for member in turns if _skip(member, standings[member]) is None]
    skips = [skip for member in turns if (skip := _skip(member, standings[member])) is not None]
    if not takers:
        skipped = tuple(sorted(skips, key=lambda skip: skip.member))
        return Planned(pointer, (), End(summary((), skipped), skipped))
    lap = len(takers)
    shares = tuple(
        Share(member, indices[turn::lap], _passed_over(member, takers, turn, skips, count))
        for turn, member in enumerate(takers)
        if turn < len(indices)
    )
    last = takers[(len(indices) - 1) % lap] if len(indices) else (pointer - 1) % count
    return Planned((last + 1) % count, shares)


def next_member(pointer: int, standings: Standings) -> int | None:
    """Who gets the next event; None when nobody can."""
    count = len(standings)
    turns = ((pointer + step) % count for step in range(count))
    return next((member for member in turns if _skip(member, standings[member]) is None), None)


def pass_on(
    indices: range, attempts: Sequence[Attempt], standings: Standings, *, may_wait: bool = False
) -> Share | End:
    """Where events go whose last attempt failed: to the next member that was not tried, or to their end."""
    decision = _next_untried(indices, attempts, standings)
    if isinstance(decision, Share) or not may_wait:
        return decision
    waiting = _next_untried(indices, attempts, _as_if_up(standings))
    return waiting if isinstance(waiting, Share) else decision


def _next_untried(indices: range, attempts: Sequence[Attempt], standings: Standings) -> Share | End:
    count = len(standings)
    tried = {attempt.member for attempt in attempts}
    last = attempts[-1].member
    skipped: list[Skip] = []
    for member in ((last + step) % count for step in range(1, count)):
        if member in tried:
            continue
        skip = _skip(member, standings[member])
        if skip is None:
            return Share(member, indices, tuple(skipped))
        skipped.append(skip)
    return End(summary(attempts, skipped), tuple(skipped))


def _as_if_up(standings: Standings) -> Standings:
    """The members as they are where events may wait for a connection."""
    return [Standing(standing.health) for standing in standings]


def _skip(member: int, standing: Standing) -> Skip | None:
    if standing.health.paused:
        return paused_skip(member)
    if standing.down is not None:
        return down_skip(member, standing.down)
    return None


def _passed_over(member: int, takers: list[int], turn: int, skips: list[Skip], count: int) -> tuple[Skip, ...]:
    """The skipped members that stand between the previous taker and this one."""
    if not skips:
        return ()
    gap = (member - takers[turn - 1]) % count or count
    return tuple(skip for skip in skips if 0 < (member - skip.member) % count < gap)
