"""The link to a recording: it shows any moment of it, up to what was known then, and nothing can be changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from engine.commands.inspection import RaisedEvent, Recipient, delivery_told
from engine.errors import CommandError
from engine.log.handlers import LogLine
from engine.view.answers import (
    ConnectionFacts,
    DeliveryInspection,
    Description,
    LatencyFacts,
    MemberFigures,
    MemberInspection,
    Trail,
)
from engine.view.records import FeedPage
from engine.view.snapshot import EngineSnapshot, MemberRow, SubscriptionRow
from engine.wire.formats import format_of
from tui.bundle.recording import Recording


class RecordedLink:
    """Stands at one of the recording's snapshots, at first the last one."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.position = len(recording.past) - 1
        self._first = {row.id: row for snapshot in recording.past for row in snapshot.subscriptions}
        self._commands: dict[str, Callable[..., Any]] = {
            "audit": self._audit,
            "configuration": self._configuration,
            "log_since": self._log_since,
            "describe_subscription": self._describe,
            "inspect_member": self._inspect_member,
            "inspect_delivery": self._inspect_delivery,
        }

    @property
    def name(self) -> str:
        """Nobody's: whoever looks at a recording raised nothing of it."""
        return ""

    @property
    def moment(self) -> EngineSnapshot:
        """The snapshot that is shown."""
        return self.recording.past[self.position]

    def go_to(self, position: int) -> bool:
        """Show another moment, at most the first or the last; whether it is another one."""
        before = self.position
        self.position = min(max(position, 0), len(self.recording.past) - 1)
        return self.position != before

    def go_by(self, seconds: float) -> bool:
        """Show the moment that many seconds later or earlier; at least one step, where there is one."""
        nearest = bisect_right(self.recording.past, self.moment.at + seconds, key=lambda one: one.at) - 1
        is_later = seconds > 0
        return self.go_to(max(nearest, self.position + 1) if is_later else min(nearest, self.position - 1))

    async def snapshot(self) -> EngineSnapshot:
        """The engine as it was at the moment."""
        return self.moment

    async def feed(self, since: int, limit: int = 1_000) -> FeedPage:
        """The records numbered `since` and later, up to the moment, as `Feed.since` tells them."""
        return self._page.since(since, limit)

    async def command(self, name: str, /, **parameters: Any) -> Any:
        """What a recording can answer.

        Raises:
            CommandError: it needs an engine that runs, or the recording does not hold it.
        """
        answer = self._commands.get(name)
        if answer is None:
            raise CommandError(409, "This is a recording", "it is looked at only; no engine runs behind it")
        return answer(**parameters)

    @property
    def _is_at_end(self) -> bool:
        return self.position == len(self.recording.past) - 1

    @property
    def _page(self) -> FeedPage:
        if self._is_at_end:
            return self.recording.feed  # some records may be younger than the snapshot
        return self.recording.feed.before(self.moment.next_record)

    def _audit(self, limit: int = 1_000) -> Trail:
        trail = self.recording.audit
        return Trail(tuple(entry for entry in trail.entries if self._was_then(entry.wall))[:limit], trail.dropped)

    def _configuration(self) -> Mapping[str, Any]:
        return self.recording.configuration

    def _log_since(self, since: int = 0, limit: int = 1_000) -> tuple[LogLine, ...]:
        return tuple(one for one in self.recording.log if one.number >= since and self._was_then(one.wall))[-limit:]

    def _was_then(self, wall: float) -> bool:
        return self._is_at_end or wall <= self.moment.wall

    def _describe(self, subscription: str) -> Description:
        found = self.recording.described.get(subscription)
        if found is None:
            raise _not_held(f"what the subscription {subscription!r} is made of")
        return found

    def _inspect_member(self, subscription: str, member: int) -> MemberInspection:
        members = self.recording.inspected.get(subscription, ())
        if member >= len(members):
            raise _not_held(f"member {member + 1} of {subscription!r}")
        told = members[member]
        if self._is_at_end:
            return told
        row = next((row for row in self.moment.subscriptions if row.id == subscription), None)
        if row is None or member >= len(row.members) or row.members[member].socket != told.socket:
            raise _not_held(f"member {member + 1} of {subscription!r} at this moment; it was not there yet")
        return _as_it_was(told, row.members[member], self.moment.at)

    def _inspect_delivery(self, subscription: str, seq: int) -> DeliveryInspection:
        page = self._page
        steps = tuple(one for one in page.records if one.is_about(subscription, seq))
        if not steps:
            raise _not_held(f"event {seq} for {subscription!r}")
        batch = page.by_seq()[steps[0].first_seq]
        raised = RaisedEvent(seq, batch.event(seq - batch.first_seq), batch.raised_at, batch.source)
        row = self._first.get(subscription)
        return delivery_told(steps, raised, None if row is None else row.policy, self._recipients(row))

    def _recipients(self, row: SubscriptionRow | None) -> list[Recipient]:
        if row is None:
            return []
        told = self.recording.inspected.get(row.id, ())
        wires = {member.socket: member.wire for member in told}
        return [_recipient(member, wires.get(member.socket)) for member in row.members]


def _recipient(member: MemberRow, wire: Mapping[str, Any] | None) -> Recipient:
    return Recipient(member.socket, member.scheme, None if wire is None else format_of(wire))


def _as_it_was(told: MemberInspection, row: MemberRow, at: float) -> MemberInspection:
    """What a snapshot knows better of a member than what was told of it at the end."""
    percentiles = ((50.0, row.latency_p50_s), (99.0, row.latency_p99_s))
    return replace(
        told,
        at=at,
        state=row.state,
        since=row.since,
        skipped_until=row.skipped_until,
        error=row.error,
        error_at=row.error_at,
        changes=tuple(change for change in told.changes if change.at <= at),
        connection=ConnectionFacts(row.connection),
        figures=MemberFigures(row.delivered, row.sent, row.failed, row.refused, row.waiting, row.in_flight),
        latency=LatencyFacts(
            0 if row.latency_p50_s is None else row.delivered + row.sent,
            tuple(one for one in percentiles if one[1] is not None),
        ),
    )


def _not_held(what: str) -> CommandError:
    return CommandError(404, "Not in this recording", f"it does not hold {what}")
