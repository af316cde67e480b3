"""The link to a recording: it shows any moment of it, up to what was known then, and nothing can be changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.commands.inspection import Recipient, told_delivery
from engine.errors import CommandError
from engine.feed import FeedRecord, failures_between, records_about
from engine.health import State
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

    async def feed(self, since: int, limit: int = 1_000) -> tuple[FeedRecord, ...]:
        """The records numbered `since` and later, up to the moment, as `Feed.since` tells them."""
        records = self._records
        first = bisect_left(records, since, key=lambda one: one.number)
        newest = tuple(records[max(first, len(records) - limit) :])
        if not newest:
            return ()
        return (*failures_between(reversed(records), since, newest[0].number), *newest)

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
    def _records(self) -> Sequence[FeedRecord]:
        records = self.recording.records
        if self.position == len(self.recording.past) - 1:
            return records  # some may be younger than the snapshot
        return records[: bisect_right(records, self.moment.next_record - 1, key=lambda one: one.number)]

    def _audit(self, limit: int = 1_000) -> dict[str, Any]:
        trail = self.recording.audit
        entries = [entry for entry in trail["entries"] if self._was_then(entry)]
        return {"entries": entries[:limit], "dropped": trail["dropped"]}

    def _configuration(self) -> Mapping[str, Any]:
        return self.recording.configuration

    def _log_since(self, since: int = 0, limit: int = 1_000) -> list[Mapping[str, Any]]:
        return [entry for entry in self.recording.log if entry["number"] >= since and self._was_then(entry)][-limit:]

    def _was_then(self, entry: Mapping[str, Any]) -> bool:
        return self.position == len(self.recording.past) - 1 or bool(entry["wall"] <= self.moment.wall)

    def _describe(self, subscription: str) -> Mapping[str, Any]:
        found = self.recording.described.get(subscription)
        if found is None:
            raise _not_held(f"what the subscription {subscription!r} is made of")
        return found

    def _inspect_member(self, subscription: str, member: int) -> dict[str, Any]:
        members = self.recording.inspected.get(subscription, ())
        if member >= len(members):
            raise _not_held(f"member {member + 1} of {subscription!r}")
        told = dict(members[member])
        if self.position == len(self.recording.past) - 1:
            return told
        row = next((row for row in self.moment.subscriptions if row.id == subscription), None)
        if row is None or member >= len(row.members) or row.members[member].socket != told["socket"]:
            raise _not_held(f"member {member + 1} of {subscription!r} at this moment; it was not there yet")
        return told | _as_it_was(told, row.members[member], self.moment.at)

    def _inspect_delivery(self, subscription: str, seq: int) -> dict[str, Any]:
        records = records_about(self._records, subscription, seq)
        if not records:
            raise _not_held(f"event {seq} for {subscription!r}")
        row = self._first.get(subscription)
        return told_delivery(records, seq, None if row is None else row.policy, self._recipients(row))

    def _recipients(self, row: SubscriptionRow | None) -> list[Recipient]:
        if row is None:
            return []
        told = self.recording.inspected.get(row.id, ())
        wires = {member["socket"]: member.get("wire") for member in told}
        return [_recipient(member, wires.get(member.socket)) for member in row.members]


def _recipient(member: MemberRow, wire: Mapping[str, Any] | None) -> Recipient:
    return Recipient(member.socket, member.scheme, None if wire is None else format_of(wire))


def _as_it_was(told: Mapping[str, Any], row: MemberRow, at: float) -> dict[str, Any]:
    """What a snapshot knows better of a member than what was told of it at the end."""
    percentiles = [[50, row.latency_p50_s], [99, row.latency_p99_s]]
    return {
        "at": at,
        "state": str(State(row.state)),
        "since": row.since,
        "skipped_until": row.skipped_until,
        "error": row.error,
        "error_at": row.error_at,
        "changes": [change for change in told["changes"] if change["at"] <= at],
        "connection": {"state": str(row.connection), "error": None, "retry_at": None},
        "figures": {name: getattr(row, name, {}) for name in told["figures"]},
        "latency": {
            "count": 0 if row.latency_p50_s is None else row.delivered + row.sent,
            "percentiles": [one for one in percentiles if one[1] is not None],
            "buckets": [],
        },
    }


def _not_held(what: str) -> CommandError:
    return CommandError(404, "Not in this recording", f"it does not hold {what}")
