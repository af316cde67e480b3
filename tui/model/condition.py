"""What a member's state and a subscription's amount to, as facts; the words for them are `tui.render.health`'s."""

from __future__ import annotations

from enum import IntEnum

from engine.health import State
from engine.view.snapshot import MemberRow, SubscriptionRow

MARKED = frozenset({State.FAILED, State.SLOW})
"""Passed over until failover_timeout has passed; a slow one only while another can take events."""

CANNOT = frozenset({State.FAILED, State.PAUSED})
"""Takes nothing."""

OUT = frozenset({State.FAILED, State.SLOW, State.PAUSED, State.DUE})
"""Not as it should be."""


class Concern(IntEnum):
    """How much a subscription needs a person; the higher, the sooner."""

    NONE = 0
    SOME = 1  # events are delivered, but a member is out
    GRAVE = 2  # events wait or are lost


def state_at(member: MemberRow, now: float) -> State:
    """The state at `now`, which may be later than the snapshot: a mark runs out without any news."""
    if member.state in MARKED and member.skipped_until is not None and member.skipped_until <= now:
        return State.DUE
    return member.state


def concern(row: SubscriptionRow, now: float) -> Concern:
    """How much the subscription needs a person."""
    states = [state_at(member, now) for member in row.members]
    if row.held_since is not None or all(state in CANNOT for state in states):
        return Concern.GRAVE
    return Concern.SOME if any(state in OUT for state in states) else Concern.NONE
