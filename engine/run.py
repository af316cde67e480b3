"""Batches, runs and outcomes: the engine thinks in these, never in single events.

A *batch* is some events of one name, taken together. A *run* is a `range` of a batch that one member was given under
one decision. A transport settles the events of a run, any part of it at a time, each exactly once.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct

from engine.bounds import Count, Moment
from engine.event import Event
from engine.sizes import BIG, cut, size_of
from engine.wire.payloads import Payloads, WireFormat


class Status(StrEnum):
    """How a notification ended."""

    DELIVERED = "delivered"  # confirmed by the other side
    SENT = "sent"  # handed over; the transport cannot confirm
    FAILED = "failed"


class Fault(StrEnum):
    """What a failure is the fault of, which decides who is marked (docs/architecture.md, two kinds of failure)."""

    MEMBER = "member"  # refused, reset, timed out, login, disk full: marks the member
    EVENT = "event"  # oversize, not encodable: never marks; the event failed here on its own account
    ANSWER = "answer"  # answered with an error: marks, and is the event's own account too
    QUEUE = "queue"  # no room in the queue: marks nobody
    ENGINE = "engine"  # the engine took it back (stop, unsubscribe): marks nobody


class Outcome(Struct, frozen=True, array_like=True):
    """How one notification, or a whole range of them, ended. `reason` is for people; only failures have one."""

    status: Status
    reason: str = ""
    fault: Fault | None = None
    answer: bytes | None = None
    is_unsent: bool = False
    """A failure for want of a connection alone, of which surely nothing reached the other side."""
    is_maybe_taken: bool = False
    """A failure of which the other side may have taken the event all the same: whoever gets it next may get a copy."""
    is_cut_off: bool = False
    """A failure because the other side ended the connection while the event was in flight: worth once more after a
    reconnect, at the price of a copy."""

    @property
    def is_failure(self) -> bool:
        """Whether the event must go elsewhere or end undelivered."""
        return self.status is Status.FAILED

    @property
    def marks(self) -> bool:
        """Whether the member is marked as failed."""
        return self.fault is Fault.MEMBER or self.fault is Fault.ANSWER

    @property
    def is_own_account(self) -> bool:
        """Whether the event itself is why it failed, so that this member need not be tried with it again."""
        return self.fault is Fault.EVENT or self.fault is Fault.ANSWER


DELIVERED = Outcome(Status.DELIVERED)
SENT = Outcome(Status.SENT)


def failed(
    reason: str,
    fault: Fault = Fault.MEMBER,
    answer: bytes | None = None,
    *,
    unsent: bool = False,
    maybe_taken: bool = False,
    cut_off: bool = False,
) -> Outcome:
    """A failure with its reason, a member failure unless said otherwise. What was `cut_off` may have been taken."""
    return Outcome(Status.FAILED, reason, fault, answer, unsent, maybe_taken or cut_off, cut_off)


class Skip(Struct, frozen=True, array_like=True):
    """A member that a plan passed over, and why, in words ("failed 12.3 s ago: connection refused")."""

    member: Count
    reason: str


class Attempt(Struct, frozen=True, array_like=True):
    """An earlier try of the same events at another member, and how it failed."""

    member: Count
    at: Moment
    outcome: Outcome
    is_last_resort: bool = False
    """The member was marked, but so was every other (`when_all_failed: try`)."""


class Batch:
    """Events of one name that go through the engine together. Encoded once per wire format, on first use."""

    __slots__ = (
        "_brief",
        "_count",
        "_events",
        "_has_no_long_text",
        "_packed",
        "_payloads",
        "event_size",
        "feed_records",
        "first_seq",
        "name",
        "raised_at",
        "size",
        "source",
    )

    def __init__(self, name: str, events: Sequence[Event], first_seq: int, raised_at: float, source: str) -> None:
        self.name = name
        self._events: Sequence[Event] | None = events
        self._packed = b""
        self._count = len(events)
        self.first_seq = first_seq
        """Sequence number of the first event; the others follow without a gap."""
        self.raised_at = raised_at
        """Monotonic seconds."""
        self.source = source
        """Who raised them, for the operator ("MI 127.0.0.1:51234")."""
        self._payloads: dict[WireFormat, Payloads] = {}
        self.size = 2 * size_of(events)
        """Bytes that it takes, about: its parameters, as they are and encoded. It never changes."""
        self.event_size = self.size // max(1, self._count) or 1
        """Bytes for each of its events, at least one: what waits in parts is counted by this."""
        self._brief: Batch | None = None
        self._has_no_long_text = False
        self.feed_records = 0
        """How many records the feed has of it."""

    def __len__(self) -> int:
        return self._count

    @property
    def events(self) -> Sequence[Event]:
        """The events. Once they are packed, each look makes them anew."""
        if self._events is not None:
            return self._events
        return [Event(self.name, params) for params in marshal.loads(self._packed)]  # noqa: S302 - our own bytes

    @property
    def brief(self) -> Batch:
        """The same for whoever only looks: with long texts cut (`CutText`), where there are any. Else it is itself."""
        if self.size < BIG or self._has_no_long_text:
            return self
        if self._brief is None:
            whole = self.events
            events = cut(whole)
            if events is whole:
                self._has_no_long_text = True  # and no reference to itself, which would make it the collector's
                return self
            self._brief = Batch(self.name, events, self.first_seq, self.raised_at, self.source)
        return self._brief

    def pack(self) -> None:
        """Keep the events as one block of bytes from now on: about a fifth of what the objects take. For long waits."""
        if self._events is not None:
            self._packed = marshal.dumps([event.params for event in self._events])
            self._events = None

    def payloads(self, wire_format: WireFormat) -> Payloads:
        """The payloads of all events in `wire_format`."""
        payloads = self._payloads.get(wire_format)
        if payloads is None:
            payloads = self._payloads[wire_format] = wire_format.encode(self.events)
        return payloads


def part_of(batch: Batch, indices: range) -> Batch:
    """A batch of its own with the events at `indices` (contiguous) of another."""
    events = batch.events[indices.start : indices.stop]
    return Batch(batch.name, events, batch.first_seq + indices.start, batch.raised_at, batch.source)


SettledHandler = Callable[["Run", range, Outcome], None]


class Run:
    """A range of a batch for one member, under one decision.

    `indices` are positions in the batch (`range(1, 512, 3)` for a third of a ROUND-ROBIN batch); a transport addresses
    the events by their *position in the run*, 0 to len(run) - 1, and `indices[position]` leads to the batch.
    """

    __slots__ = (
        "_ended",
        "_handler",
        "attempts",
        "batch",
        "connect_now",
        "indices",
        "is_last_resort",
        "is_started",
        "member",
        "planned_at",
        "skipped",
        "started_at",
        "unsettled",
    )

    def __init__(
        self,
        batch: Batch,
        indices: range,
        member: int,
        planned_at: float,
        handler: SettledHandler,
        *,
        skipped: tuple[Skip, ...] = (),
        attempts: tuple[Attempt, ...] = (),
    ) -> None:
        self.batch = batch
        self.indices = indices
        self.member = member
        self.planned_at = planned_at
        self.skipped = skipped
        self.attempts = attempts
        self.connect_now = False
        """Set for a due or untried member: a transport that is down connects now, whatever its back-off says."""
        self.started_at = planned_at
        """When the transport was handed it, monotonic seconds."""
        self.is_started = False
        """Whether a transport was handed it."""
        self.is_last_resort = False
        self.unsettled = len(indices)
        self._handler = handler
        self._ended: bytearray | None = None

    def __len__(self) -> int:
        return len(self.indices)

    def split(self, count: int) -> tuple[Run, Run]:
        """Two runs, the first with `count` events. Only for a run that no transport has been handed."""
        return self._part(self.indices[:count]), self._part(self.indices[count:])

    def again(self, positions: range, attempts: tuple[Attempt, ...]) -> Run:
        """A run of its own with some events, which were settled here, for the same member."""
        return self._part(self.indices[positions.start : positions.stop], attempts)

    @property
    def first_seq(self) -> int:
        """Sequence number of the first event."""
        return self.batch.first_seq + self.indices.start

    def _part(self, indices: range, attempts: tuple[Attempt, ...] | None = None) -> Run:
        return Run(
            self.batch,
            indices,
            self.member,
            self.planned_at,
            self._handler,
            skipped=self.skipped,
            attempts=self.attempts if attempts is None else attempts,
        )

    def is_of(self, handler: SettledHandler) -> bool:
        """Whether `handler` hears how it ends: whose run it is."""
        return self._handler == handler

    def settle(self, positions: range, outcome: Outcome) -> None:
        """Say how the events at `positions` (contiguous, in run positions) ended.

        Raises:
            RuntimeError: when one of them was settled before; each event has exactly one outcome.
        """
        count = len(positions)
        if not count:
            return
        if count != len(self.indices) or self._ended is not None:
            self._note_part(positions, count)
        elif self.unsettled != count:
            raise RuntimeError(f"settled twice: {positions} of {self!r}")
        self.unsettled -= count
        self._handler(self, positions, outcome)

    def settle_all(self, outcome: Outcome) -> None:
        """Give everything that is still open the same outcome, in one call per gap-free stretch."""
        for stretch in self.open_stretches():
            self.settle(stretch, outcome)

    def open_stretches(self) -> list[range]:
        """The positions that are not settled, as contiguous ranges in order."""
        if self._ended is None:
            return [range(len(self.indices))] if self.unsettled else []
        stretches = []
        start = self._ended.find(0)
        while start >= 0:
            stop = self._ended.find(1, start)
            stop = len(self._ended) if stop < 0 else stop
            stretches.append(range(start, stop))
            start = self._ended.find(0, stop)
        return stretches

    def _note_part(self, positions: range, count: int) -> None:
        if self._ended is None:
            self._ended = bytearray(len(self.indices))
        start, stop = positions.start, positions.stop
        if positions.step != 1 or start < 0 or stop > len(self._ended):
            raise RuntimeError(f"{positions} is not a part of {self!r}")
        if self._ended.find(1, start, stop) >= 0:
            raise RuntimeError(f"settled twice: {positions} of {self!r}")
        self._ended[start:stop] = b"\x01" * count

    def __repr__(self) -> str:
        return f"Run({self.batch.name} {self.indices} for member {self.member}, {self.unsettled} open)"
