"""What commands answer that look at something: of a subscription, of a member, of a delivery, of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from engine.address import PolicyName
from engine.audit import AuditEntry
from engine.bounds import Count, Moment, Number
from engine.event import Param
from engine.health import Change, State
from engine.transports.base import ConnectionState
from engine.view.records import StepRecord


class Description(Struct, frozen=True):
    """Everything of a subscription that can be changed; passwords are masked."""

    id: str
    event: str
    policy: PolicyName | None
    members: Annotated[tuple[str, ...], Meta(min_length=1)]
    """Their sockets."""
    expire: Number | None
    """Seconds; None is permanent."""
    options: Mapping[str, int | float | str]
    left_s: Number | None = None
    """Seconds until it expires."""


class Field(Struct, frozen=True):
    """A part of a socket; a password is masked."""

    name: str
    value: Any
    is_default: bool


class Setting(Struct, frozen=True):
    """A setting in force, and where it comes from: `subscription`, `command`, `configuration`, `default`, ..."""

    name: str
    value: Any
    source: str
    help: str = ""


class ConnectionFacts(Struct, frozen=True):
    """How a member's connection is."""

    state: ConnectionState
    error: str | None = None
    retry_at: Moment | None = None


class MemberFigures(Struct, frozen=True):
    """A member's counters, and what waits for it."""

    delivered: Count
    sent: Count
    failed: Count
    refused: Count
    waiting: Count
    in_flight: Count
    failed_by_kind: Mapping[str, Count] = {}


class LatencyFacts(Struct, frozen=True):
    """In how many seconds a member took what it took."""

    count: Count
    percentiles: tuple[tuple[Number, Number | None], ...] = ()
    """Percent, and seconds."""
    buckets: tuple[tuple[Number, Count], ...] = ()
    """Upper edge in seconds, and how many."""


class MemberInspection(Struct, frozen=True):
    """All that is known of a member. Times are monotonic seconds."""

    subscription: str
    event: str
    policy: PolicyName | None
    member: Count
    """Position in its subscription, from 0."""
    socket: str
    scheme: str
    fields: tuple[Field, ...]
    at: Moment
    """When it was asked for."""
    state: State
    since: Moment
    skipped_until: Moment | None
    error: str | None
    error_at: Moment | None
    changes: tuple[Change, ...]
    connection: ConnectionFacts
    figures: MemberFigures
    latency: LatencyFacts
    settings: tuple[Setting, ...]
    wire: Mapping[str, Any] | None = None
    """Its wire format, as `engine.wire.formats` describes it; None for one that is not known."""


class Receiver(Struct, frozen=True):
    """A member to which a delivery could go."""

    socket: str
    """Masked."""
    scheme: str


class Payload(Struct, frozen=True):
    """What an event is on the wire, for members of one kind of transport."""

    scheme: str
    members: tuple[Count, ...]
    """Positions of those of this kind."""
    handed: tuple[Count, ...]
    """Of these, those that were given it as far as is known."""
    content: bytes
    failure: str | None = None
    """Why there are no bytes."""


class DeliveryInspection(Struct, frozen=True):
    """One event's way through one subscription. Times are monotonic seconds."""

    subscription: str
    seq: Count
    event: str
    params: tuple[Param, ...]
    raised_at: Moment
    source: str
    policy: PolicyName | None
    members: tuple[Receiver, ...]
    steps: tuple[StepRecord, ...]
    payloads: tuple[Payload, ...]
    cut: tuple[tuple[Count, Count], ...] = ()
    """Parameters (counted from 0) of which only the beginning is kept, and how many bytes each had."""


class Trail(Struct, frozen=True):
    """The audit trail, newest first."""

    entries: tuple[AuditEntry, ...] = ()
    dropped: Count = 0
    """Older entries that had to go."""
