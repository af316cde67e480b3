"""Which subscriptions and members are shown, and in which order: pure, from rows to what stands on the screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from engine.health import State
from engine.transports.base import ConnectionState
from engine.view.snapshot import EngineSnapshot, MemberRow, SubscriptionRow
from tui.model.condition import Concern, concern, state_at
from tui.model.filters import NO_FILTER, Filter


class Sort(StrEnum):
    """Orders of subscriptions; the value says it to a person."""

    GIVEN = "as subscribed"
    TROUBLE = "trouble first"
    EVENT = "event"
    RATE = "rate"

    @property
    def following(self) -> Sort:
        """The order that one key press leads to."""
        orders = list(Sort)
        return orders[(orders.index(self) + 1) % len(orders)]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How an operator wants to see the subscriptions."""

    sort: Sort = Sort.GIVEN
    filter: Filter = NO_FILTER
    pinned: frozenset[str] = frozenset()
    """Ids of subscriptions that stay on top, whatever order and filter say."""


class Shown(NamedTuple):
    """A subscription and those of its members that are shown."""

    row: SubscriptionRow
    members: tuple[MemberRow, ...]
    is_pinned: bool = False


def arranged(
    rows: Iterable[SubscriptionRow], arrangement: Arrangement, now: float, rates: Mapping[str, float]
) -> list[Shown]:
    """What is shown of some subscriptions, in order. `rates`: deliveries a second by id."""
    shown = [one for row in rows if (one := _shown(row, arrangement, now)) is not None]
    match arrangement.sort:
        case Sort.TROUBLE:
            shown.sort(key=lambda one: -_trouble(one.row, now))
        case Sort.EVENT:
            shown.sort(key=lambda one: one.row.event.lower())
        case Sort.RATE:
            shown.sort(key=lambda one: -_rank(rates.get(one.row.id, 0.0)))
    shown.sort(key=lambda one: not one.is_pinned)
    return shown


def _shown(row: SubscriptionRow, arrangement: Arrangement, now: float) -> Shown | None:
    """A subscription with the members that the filter lets through; None without any, unless it is pinned."""
    if row.id in arrangement.pinned:
        return Shown(row, row.members, is_pinned=True)
    if not arrangement.filter:
        return Shown(row, row.members)
    members = tuple(member for member in row.members if arrangement.filter.matches(facts(row, member, now)))
    return Shown(row, members) if members else None


def facts(row: SubscriptionRow, member: MemberRow, now: float) -> dict[str, tuple[str, ...]]:
    """What a filter can ask of a member."""
    state = state_at(member, now)
    connecting = (ConnectionState.CONNECTING.name,) if member.connection is ConnectionState.CONNECTING else ()
    return {
        "id": (row.id,),
        "event": (row.event,),
        "policy": (str(row.policy or "plain"),),
        "state": (state.name, *connecting),
        "transport": (member.scheme,),
        "socket": (member.socket,),
        "member": (str(member.index + 1),),
        "error": (member.error or "",) if state is not State.UP else (),
    }


def _trouble(row: SubscriptionRow, now: float) -> Concern:
    return concern(row, now)


def _rank(per_second: float) -> int:
    """A rate in steps of half and double, so that lines do not change places all the time."""
    return round(math.log2(per_second + 1))


class RowRates:
    """Deliveries a second of each subscription, smoothed."""

    def __init__(self) -> None:
        self.by_id: dict[str, float] = {}
        self._at: float | None = None
        self._counted: dict[str, int] = {}

    def note(self, snapshot: EngineSnapshot) -> None:
        """Take a further snapshot in."""
        counted = {row.id: row.delivered + row.sent + row.undelivered for row in snapshot.subscriptions}
        passed = 0.0 if self._at is None else snapshot.at - self._at
        if passed > 0:
            grown = {id_: max(count - self._counted.get(id_, count), 0) / passed for id_, count in counted.items()}
            self.by_id = {id_: 0.8 * self.by_id.get(id_, rate) + 0.2 * rate for id_, rate in grown.items()}
        self._at, self._counted = snapshot.at, counted
