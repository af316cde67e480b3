"""Makes snapshots. A row is made anew only when something in it changed, so a quiet engine costs a console nothing."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from itertools import count
from typing import NamedTuple

from msgspec.structs import replace

from engine.clock import Clock
from engine.config.model import Settings
from engine.dispatcher import Dispatcher
from engine.feed import Feed
from engine.health import State
from engine.lanes.base import Lane
from engine.member import Member
from engine.metrics import DeliveryCounters
from engine.slices import Steps
from engine.subscriptions.roster import Roster
from engine.subscriptions.table import Subscription
from engine.version import __version__
from engine.view.snapshot import EngineSnapshot, Figures, MemberRow, SubscriptionRow


class _Known(NamedTuple):
    """A row, what it was made from, and what it adds to the sums."""

    lane: Lane
    lane_version: int
    row: SubscriptionRow
    counters: DeliveryCounters
    failures: int


class Reporter:
    """Knows the last rows of every subscription."""

    def __init__(
        self, clock: Clock, roster: Roster, dispatcher: Dispatcher, feed: Feed, event_ids: Mapping[str, int]
    ) -> None:
        self._clock = clock
        self._roster = roster
        self._dispatcher = dispatcher
        self._feed = feed
        self._event_ids = event_ids
        self.started_at = clock.now()
        self._rows: dict[str, _Known] = {}
        self._versions = count(1)
        """One count for all rows: a subscription that comes again under its id never has a version that it had."""
        self._events: tuple[str, ...] = ()

    def snapshot(self, settings: Settings) -> Steps[EngineSnapshot]:
        """The engine at this moment; over many moments where others come between. The sums are those of the rows."""
        now, table = self._clock.now(), self._roster.table
        rows: list[SubscriptionRow] = []
        total, failures = DeliveryCounters(), 0
        for subscription in table:
            if table.get(subscription.id) is not subscription:
                continue  # it ended since
            known = self._look_at(subscription, now)
            rows.append(known.row)
            total.add(known.counters)
            failures += known.failures
            yield
        self._forget(rows)
        if len(self._events) != len(self._event_ids):
            self._events = tuple(self._event_ids)
        return EngineSnapshot(
            version=__version__,
            label=settings.label,
            at=now,
            wall=self._clock.wall(),
            started_at=self.started_at,
            is_stopping=self._dispatcher.is_closed,
            figures=self._figures(total, failures),
            subscriptions=tuple(rows),
            events=self._events,
            mi_url=None,  # whoever listens says where, as the engine does not know
            next_record=self._feed.next_number,
            colour=settings.colour,
        )

    def _figures(self, total: DeliveryCounters, failures: int) -> Figures:
        """With those of the subscriptions that have a row, those of the ones that ended."""
        roster, dispatcher = self._roster, self._dispatcher
        ending = roster.ending()
        for counters in (roster.retired, *(lane.counters for lane in ending)):
            total.add(counters)
        failures += sum(member.counters.failed for lane in ending for member in lane.members)
        return Figures(
            accepted=dispatcher.accepted,
            unheard=dispatcher.unheard,
            refused=dispatcher.refused,
            delivered=total.delivered,
            sent=total.sent,
            undelivered=total.undelivered,
            waiting=total.waiting + dispatcher.waiting + dispatcher.overdue,
            failed=roster.retired_failures + failures,
            copies=total.copies,
        )

    def _look_at(self, subscription: Subscription, now: float) -> _Known:
        lane = subscription.lane
        known = self._rows.get(subscription.id)
        # A mark runs out without anything happening, so rows with one are made anew.
        is_counting_down = any(member.health.failed_at is not None for member in lane.members)
        if known is not None and known.lane is lane and known.lane_version == lane.version and not is_counting_down:
            return known
        row = _subscription_row(subscription, now, 0 if known is None else known.row.version)
        row = known.row if known is not None and row == known.row else replace(row, version=next(self._versions))
        failures = sum([member.counters.failed for member in lane.members])
        self._rows[subscription.id] = known = _Known(lane, lane.version, row, copy(lane.counters), failures)
        return known

    def _forget(self, rows: list[SubscriptionRow]) -> None:
        if len(self._rows) > len(rows):
            kept = {row.id for row in rows}
            self._rows = {name: known for name, known in self._rows.items() if name in kept}


def _subscription_row(subscription: Subscription, now: float, version: int) -> SubscriptionRow:
    lane = subscription.lane
    counters = lane.counters
    following = lane.next_member()
    return SubscriptionRow(
        id=subscription.id,
        version=version,
        event=subscription.event,
        policy=subscription.policy,
        socket=subscription.socket,
        expires_at=subscription.expires_at,
        failover_timeout=lane.failover_timeout(),
        members=tuple(
            _member_row(lane, member, now, following, history)
            for member, history in zip(lane.members, lane.histories(), strict=True)
        ),
        delivered=counters.delivered,
        sent=counters.sent,
        undelivered=counters.undelivered,
        waiting=counters.waiting,
        held_since=lane.held_since,
        last_undelivered=lane.last_undelivered,
        copies=counters.copies,
        is_configured=subscription.is_configured,
        asked_until=subscription.asked_until,
    )


def _member_row(lane: Lane, member: Member, now: float, following: int | None, history: str) -> MemberRow:
    health = member.health
    timeout = lane.failover_timeout()
    latency = member.latency.recent(now)
    state = health.state(now, timeout)
    skipped_until = None if timeout is None else health.skipped_until(timeout)
    row = MemberRow(
        index=member.index,
        socket=member.socket,
        scheme=member.address.scheme,
        state=state,
        since=max(health.since, skipped_until) if state is State.DUE and skipped_until is not None else health.since,
        skipped_until=skipped_until,
        connection=member.target.transport.connection.state,
        is_next=member.index == following,
        error=health.error,
        error_at=health.error_at,
        delivered=member.counters.delivered,
        sent=member.counters.sent,
        failed=member.counters.failed,
        refused=member.counters.refused,
        waiting=member.queue.count,
        in_flight=member.in_flight,
        latency_p50_s=latency.p50_s,
        latency_p99_s=latency.p99_s,
        history=history,
        latency_now_s=latency.now_s,
        taken_lately=latency.taken,
        took_at=latency.last_at,
    )
    connection = member.target.transport.connection
    if connection.blocked is None or state in {State.FAILED, State.PAUSED}:
        return row
    return _blocked(row, connection.blocked, connection.blocked_since or row.since)


def _blocked(row: MemberRow, words: str, since: float) -> MemberRow:
    """The row of a member whose peer says itself that it takes nothing. No mark runs out: the peer will say so."""
    return replace(row, state=State.SLOW, since=since, skipped_until=None, error=words, error_at=since)
