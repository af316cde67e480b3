"""Which deliveries the feed shows: all, those that a filter lets through, those of one subscription or member."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.feed import Step
from engine.run import Status
from engine.view.records import StepRecord
from engine.view.snapshot import SubscriptionRow
from tui.model.deliveries import Delivery
from tui.model.event_text import parameters
from tui.model.filters import NO_FILTER, Filter


@dataclass(frozen=True, slots=True)
class FeedChoice:
    """What an operator wants to see of the feed."""

    filter: Filter = NO_FILTER
    subscription: str | None = None
    """Follow this one alone."""
    member: int | None = None
    """Of that one, follow this member alone; from 0."""
    event: str | None = None
    """Follow events of this name alone."""

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not self.filter and self.subscription is None and self.event is None

    def matches(self, delivery: Delivery, row: SubscriptionRow | None) -> bool:
        """Whether the delivery is shown. `row`: its subscription while there is one."""
        if self.event is not None and delivery.event.name != self.event:
            return False
        if self.subscription is not None and delivery.story.subscription != self.subscription:
            return False
        if self.member is not None and not any(step.member in {self.member, None} for step in delivery.steps()):
            return False
        return not self.filter or self.filter.matches(facts(delivery, row))


def facts(delivery: Delivery, row: SubscriptionRow | None) -> dict[str, tuple[str, ...]]:
    """What a filter can ask of a delivery."""
    steps = list(delivery.steps())
    known = () if row is None else row.members
    touched = [known[index] for index in sorted(_touched(steps, len(known)))]
    reasons = [step.outcome.reason for step in steps if step.outcome is not None and step.outcome.reason]
    return {
        "id": (delivery.story.subscription,),
        "event": (delivery.event.name,),
        "policy": () if row is None else (str(row.policy or "plain"),),
        "state": tuple(dict.fromkeys(_states(steps))),
        "transport": tuple(member.scheme for member in touched),
        "socket": tuple(member.socket for member in touched),
        "member": tuple(str(member.index + 1) for member in touched),
        "param": tuple(parameters(delivery.event).split()),
        "source": (delivery.story.source,),
        "reason": tuple(reasons),
    }


def _touched(steps: Iterable[StepRecord], members: int) -> set[int]:
    """Positions of the members that were given the event."""
    found: set[int] = set()
    for step in steps:
        if step.member is not None:
            found.add(step.member)
        elif step.step is Step.PLANNED:
            found |= set(range(members)) - {skip.member for skip in step.skipped}
    return {index for index in found if index < members}


def _states(steps: list[StepRecord]) -> Iterator[str]:
    """What became of it, in words; `open` while nothing has."""
    if not any(step.outcome is not None for step in steps):
        yield "open"
    for step in steps:
        if step.skipped:
            yield "skipped"
        if step.step is Step.HELD:
            yield "held"
        if step.step is Step.ENDED:
            yield "undelivered"
        elif step.outcome is not None:
            yield "failed" if step.outcome.is_failure else _taken(step.outcome.status)


def _taken(status: Status) -> str:
    return "sent" if status is Status.SENT else "delivered"


class Chosen:
    """The deliveries that a choice lets through. Each is looked at once for each thing that becomes known of it."""

    def __init__(self, choice: FeedChoice) -> None:
        self.choice = choice
        self._known: dict[int, tuple[int, bool]] = {}

    def of(self, lines: Iterable[Delivery], rows: Mapping[str, SubscriptionRow]) -> list[Delivery]:
        """Those of some deliveries that are shown, in their order."""
        if self.choice.is_all:
            return list(lines)
        known: dict[int, tuple[int, bool]] = {}
        shown = []
        for delivery in lines:
            before = self._known.get(delivery.number)
            if before is None or before[0] != delivery.version:
                is_shown = self.choice.matches(delivery, rows.get(delivery.story.subscription))
                before = (delivery.version, is_shown)
            known[delivery.number] = before
            if before[1]:
                shown.append(delivery)
        self._known = known
        return shown
