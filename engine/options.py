"""Options of one subscription, as configuration, the console and the management interface give them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.address import PolicyName


class Colour(StrEnum):
    """What an engine's label looks like in the console, so that PRODUCTION is not taken for LAB."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    GREY = "grey"


class WhenAllFailed(StrEnum):
    """What FAILOVER does with an event while every member is marked."""

    HOLD = "hold"  # wait, in order, until the first mark runs out
    TRY = "try"  # one attempt at the member whose mark is oldest
    DROP = "drop"  # undelivered at once, as OpenSIPS does


class Drop(StrEnum):
    """What happens where no member has room for more."""

    NEVER = "never"  # whoever raises an event is told that the engine is busy
    OLDEST = "oldest"  # what waits longest ends undelivered
    NEWEST = "newest"  # the event that came last ends undelivered


class OnFailure(StrEnum):
    """What ROUND-ROBIN does with an event whose member failed."""

    NEXT = "next"  # pass it on, at most one lap
    FAIL = "fail"  # undelivered, the letter of the manual


@dataclass(frozen=True, slots=True)
class SubscriptionOptions:
    """How a subscription treats its events. Times in seconds."""

    failover_timeout: float = 30.0
    when_all_failed: WhenAllFailed = WhenAllFailed.HOLD
    hold_max_age: float = 3600.0
    on_failure: OnFailure = OnFailure.NEXT
    queue_size: int = 10_000
    """Notifications that may wait for each member (PARALLEL, ROUND-ROBIN) or before the policy (FAILOVER)."""
    drop: Drop = Drop.NEVER
    slow_after: float = 0.8
    """FAILOVER: a member that lets events wait for longer is passed over while another can take them; 0 is off."""
    wait_for_member: float = 3.0
    """PARALLEL, ROUND-ROBIN: as long as this an event waits for a member whose connection is down."""


def options_heeded(policy: PolicyName | str | None) -> tuple[str, ...]:
    """The options that mean something under a policy; None is a plain subscription."""
    if policy == PolicyName.FAILOVER:
        return ("failover_timeout", "when_all_failed", "hold_max_age", "slow_after", "queue_size", "drop")
    waiting = ("wait_for_member", "queue_size", "drop")
    return ("on_failure", *waiting) if policy == PolicyName.ROUND_ROBIN else waiting
