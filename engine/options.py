"""Options of one subscription, declared once for configuration, commands, forms and their help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType

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
class Option:
    """What there is to know of an option beside its type and default. Configuration, commands and forms read it."""

    label: str
    """What it is, beside its field in a form."""
    entry: str
    """What the schema says of it in an entry of `subscriptions`."""
    overall: str | None = None
    """What the schema says of the setting for all subscriptions; None where there is no such setting."""
    policies: tuple[PolicyName | None, ...] = (None, *PolicyName)
    """Under which it means something; None is a plain subscription."""
    at_least: float | None = None
    above: float | None = None
    can_be_off: bool = False
    """Whether `off` stands for 0."""
    choices: tuple[tuple[str, str], ...] = ()
    """Its values where they are few: what a form says of each, and the value."""


_ABOUT = "about"
"""Under which a field carries its `Option`."""

_FAILOVER = (PolicyName.FAILOVER,)
_QUEUED = (None, PolicyName.PARALLEL, PolicyName.ROUND_ROBIN)


@dataclass(frozen=True, slots=True)
class SubscriptionOptions:
    """How a subscription treats its events. Times in seconds. Their order is that of forms and differences."""

    failover_timeout: float = field(
        default=30.0,
        metadata={
            _ABOUT: Option(
                label="seconds a failed one is skipped",
                entry="Seconds; overrides the global one.",
                overall="Seconds for which FAILOVER skips a failed member.",
                policies=_FAILOVER,
                at_least=0,
            )
        },
    )
    when_all_failed: WhenAllFailed = field(
        default=WhenAllFailed.HOLD,
        metadata={
            _ABOUT: Option(
                label="with every member failed",
                entry="FAILOVER, with every member marked.",
                policies=_FAILOVER,
                choices=(
                    ("hold: wait for the first mark to run out", WhenAllFailed.HOLD),
                    ("try: the one that failed first, once", WhenAllFailed.TRY),
                    ("drop: undelivered at once", WhenAllFailed.DROP),
                ),
            )
        },
    )
    hold_max_age: float = field(
        default=3600.0,
        metadata={
            _ABOUT: Option(
                label="seconds an event is held at most",
                entry="Longest time that an event is held, in seconds.",
                policies=_FAILOVER,
                above=0,
            )
        },
    )
    slow_after: float = field(
        default=0.8,
        metadata={
            _ABOUT: Option(
                label="seconds events may wait at one; 0 is off",
                entry="Overrides the global `slow_after`.",
                overall="FAILOVER: seconds after which a member that lets events wait is passed over; off or 0: never.",
                policies=_FAILOVER,
                at_least=0,
                can_be_off=True,
            )
        },
    )
    """FAILOVER: a member that lets events wait for longer is passed over while another can take them; 0 is off."""
    on_failure: OnFailure = field(
        default=OnFailure.NEXT,
        metadata={
            _ABOUT: Option(
                label="when a member failed an event",
                entry="ROUND-ROBIN, when a member failed an event.",
                policies=(PolicyName.ROUND_ROBIN,),
                choices=(("next: pass it on, one lap", OnFailure.NEXT), ("fail: undelivered at once", OnFailure.FAIL)),
            )
        },
    )
    wait_for_member: float = field(
        default=3.0,
        metadata={
            _ABOUT: Option(
                label="seconds to wait for a lost connection",
                entry="Overrides the global `wait_for_member`.",
                overall="PARALLEL, ROUND-ROBIN: seconds that an event waits for a lost connection; 0: not at all.",
                policies=_QUEUED,
                at_least=0,
            )
        },
    )
    """PARALLEL, ROUND-ROBIN: as long as this an event waits for a member whose connection is down."""
    queue_size: int = field(
        default=10_000,
        metadata={
            _ABOUT: Option(
                label="notifications that may wait",
                entry="Overrides the global `queue_size`.",
                overall="Notifications that may wait in each queue.",
                above=0,
            )
        },
    )
    """Notifications that may wait for each member (PARALLEL, ROUND-ROBIN) or before the policy (FAILOVER)."""
    drop: Drop = field(
        default=Drop.NEVER,
        metadata={
            _ABOUT: Option(
                label="with no room left",
                entry="What is dropped where no member has room; never: raisers are told.",
                choices=(
                    ("never: whoever raises is told", Drop.NEVER),
                    ("oldest: undelivered", Drop.OLDEST),
                    ("newest: undelivered", Drop.NEWEST),
                ),
            )
        },
    )


OPTIONS: Mapping[str, Option] = MappingProxyType(
    {one.name: one.metadata[_ABOUT] for one in fields(SubscriptionOptions)}
)
"""What is declared of each, by name, in their order."""


def options_heeded(policy: PolicyName | str | None) -> tuple[str, ...]:
    """The options that mean something under a policy; None, and what is no policy, is a plain subscription."""
    known = PolicyName(policy) if policy in set(PolicyName) else None
    return tuple(name for name, option in OPTIONS.items() if known in option.policies)
