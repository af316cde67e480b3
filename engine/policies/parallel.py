"""PARALLEL: every member gets every event, independently of the others. A plain socket is PARALLEL of one."""

from __future__ import annotations

from engine.policies.base import End, Share, Standings, paused_skip, summary
from engine.run import Skip


def plan(indices: range, standings: Standings) -> tuple[tuple[Share, ...], tuple[Skip, ...], End | None]:
    """All of `indices` to everyone but the paused; who was passed over; an end where nobody is left."""
    shares = []
    skipped = []
    for member, standing in enumerate(standings):
        if standing.health.paused:
            skipped.append(paused_skip(member))
        else:
            shares.append(Share(member, indices))
    if shares:
        return tuple(shares), tuple(skipped), None
    return (), tuple(skipped), End(summary((), skipped), tuple(skipped))
