"""Commands that take one thing apart: what became of a delivery, and all that is known of a member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from typing import NamedTuple

from engine.address import MASK, MemberAddress, PolicyName, identity, parse
from engine.commands.arguments import known_subscription, member_index, text, whole
from engine.commands.context import Context
from engine.commands.encodings import encoded_as
from engine.commands.registry import Role, command
from engine.config.model import SubscriptionSettings
from engine.core import Engine
from engine.errors import CommandError
from engine.event import Event
from engine.feed import Step
from engine.member import Member
from engine.options import options_heeded
from engine.run import Fault
from engine.sizes import CutText
from engine.subscriptions.table import Subscription
from engine.view.answers import (
    ConnectionFacts,
    DeliveryInspection,
    Field,
    LatencyFacts,
    MemberFigures,
    MemberInspection,
    Payload,
    Receiver,
    Setting,
)
from engine.view.records import StepRecord, value_of
from engine.wire.formats import described
from engine.wire.payloads import WireFormat

PERCENTILES = (50, 90, 99, 99.9)

_NOT_HANDED = {Fault.QUEUE, Fault.ENGINE}
"""Failures of notifications that no transport need have seen."""


class Recipient(NamedTuple):
    """What must be known of a member to tell what it was sent."""

    socket: str
    """Masked."""
    scheme: str
    wire_format: WireFormat | None
    """None where it is not known."""


@command(Role.VIEW)
def inspect_delivery(context: Context, subscription: str, seq: int) -> DeliveryInspection:
    """Tell one event's way through one subscription: each step, the bytes that go out, what was answered.

    `seq` is the event's sequence number.
    """
    name, number = text(subscription, "subscription"), whole(seq, "seq")
    records = context.engine.feed.about(name, number)
    if not records:
        raise CommandError(404, "Delivery does not exist", f"the feed does not tell of event {number} for {name!r} now")
    found = context.engine.table.get(name)
    members = [] if found is None else found.lane.members
    batch = records[0].batch
    return delivery_told(
        tuple(map(value_of, records)),
        RaisedEvent(number, batch.events[number - batch.first_seq], batch.raised_at, batch.source),
        None if found is None else found.policy,
        [Recipient(one.socket, one.address.scheme, one.target.transport.wire_format) for one in members],
    )


@command(Role.VIEW, is_open=True)
def inspect_member(context: Context, subscription: str, member: int) -> MemberInspection:
    """Tell everything of one member: its socket's fields, figures, latencies, failures, and settings in force."""
    engine = context.engine
    found = known_subscription(engine, subscription)
    index = member_index(found, member)
    its = found.lane.members[index]
    connection, health = its.target.transport.connection, its.health
    now, timeout = engine.clock.now(), found.lane.failover_timeout()
    return MemberInspection(
        subscription=found.id,
        event=found.event,
        policy=found.policy,
        member=index,
        socket=its.socket,
        scheme=its.address.scheme,
        fields=tuple(_fields(its.address)),
        at=now,
        state=health.state(now, timeout),
        since=health.since,
        skipped_until=None if timeout is None else health.skipped_until(timeout),
        error=health.error,
        error_at=health.error_at,
        changes=health.changes,
        connection=ConnectionFacts(connection.state, connection.error, connection.retry_at),
        figures=_figures(its),
        latency=_latency(its),
        settings=(*_subscription_settings(engine, found), *_transport_settings(its)),
        wire=described(its.target.transport.wire_format),
    )


class RaisedEvent(NamedTuple):
    """An event, and how it came."""

    seq: int
    event: Event
    raised_at: float
    source: str


def delivery_told(
    steps: tuple[StepRecord, ...], raised: RaisedEvent, policy: PolicyName | None, recipients: Sequence[Recipient]
) -> DeliveryInspection:
    """What `inspect_delivery` answers, from the records that tell of the event, at least one, oldest first."""
    event = raised.event
    return DeliveryInspection(
        subscription=steps[0].subscription,
        seq=raised.seq,
        event=event.name,
        params=event.params,
        raised_at=raised.raised_at,
        source=raised.source,
        policy=policy,
        members=tuple(Receiver(one.socket, one.scheme) for one in recipients),
        steps=steps,
        payloads=tuple(_payloads(event, recipients, _handed(steps, len(recipients)))),
        cut=tuple((place, value.whole) for place, value in enumerate(event.values) if isinstance(value, CutText)),
    )


def _handed(records: Sequence[StepRecord], count: int) -> set[int]:
    """The members that were given the event, as far as is known."""
    handed: set[int] = set()
    for record in records:
        if record.step is Step.PLANNED and record.member is None:
            handed |= set(range(count)) - {skip.member for skip in record.skipped}
        elif record.step is Step.PLANNED and record.member is not None:
            handed.add(record.member)
    for record in records:
        if record.outcome is not None and record.outcome.fault in _NOT_HANDED and record.member is not None:
            handed.discard(record.member)
    return handed


def _payloads(event: Event, recipients: Sequence[Recipient], handed: set[int]) -> Iterator[Payload]:
    """What the event is on the wire, once for each kind of transport and bytes."""
    found: dict[tuple[str, bytes, str | None], list[int]] = {}
    was = _cut(event)
    for index, one in enumerate(recipients):
        if one.wire_format is not None:
            encoded = encoded_as(event, one.wire_format)
            if was is not None:
                encoded = encoded._replace(payload=b"", failure=was)
            found.setdefault((one.scheme, encoded.payload, encoded.failure), []).append(index)
    for (scheme, payload, failure), indices in found.items():
        given = tuple(index for index in indices if index in handed)
        yield Payload(scheme, tuple(indices), given, payload, failure)


def _cut(event: Event) -> str | None:
    """Why the bytes of an event cannot be shown any more; None where they can."""
    sizes = [value.whole for value in event.values if isinstance(value, CutText)]
    return f"not kept: of its texts of {sum(sizes):,} bytes the feed has the beginning" if sizes else None


def _fields(address: MemberAddress) -> Iterator[Field]:
    """The parts of an address; its password masked."""
    yield Field("transport", address.scheme, is_default=False)
    for field in fields(address):
        value = getattr(address, field.name)
        is_default = field.default is not MISSING and value == field.default
        shown = MASK if field.name == address.secret_name and value is not None else value
        yield Field(field.name, shown, is_default)


def _figures(member: Member) -> MemberFigures:
    counters = member.counters
    return MemberFigures(
        delivered=counters.delivered,
        sent=counters.sent,
        failed=counters.failed,
        refused=counters.refused,
        waiting=member.queue.count,
        in_flight=member.in_flight,
        failed_by_kind={str(fault): count for fault, count in member.faults.most_common()},
    )


def _latency(member: Member) -> LatencyFacts:
    latency = member.latency.whole()
    percentiles = tuple((percent, latency.percentile(percent / 100)) for percent in PERCENTILES)
    return LatencyFacts(latency.total, percentiles, tuple(latency.buckets()))


def _subscription_settings(engine: Engine, found: Subscription) -> Iterator[Setting]:
    """The options of a subscription that its policy heeds, each with where it comes from."""
    settings = engine.settings
    entry = _entry_of(engine, found)
    expected = None if entry is None else settings.options_for(entry)
    for name in options_heeded(found.policy):
        value = getattr(found.options, name)
        usual = getattr(settings, name, getattr(type(found.options)(), name))
        if entry is not None and value == getattr(expected, name) and name in entry.model_fields_set:
            source = "subscription"
        elif value != usual:
            source = "command"
        else:
            source = "configuration" if name in settings.model_fields_set else "default"
        yield Setting(name, value, source)


def _entry_of(engine: Engine, found: Subscription) -> SubscriptionSettings | None:
    """The entry of the configuration that a subscription was made from."""
    if not found.is_configured:
        return None
    wanted = identity(found.address)
    same = [entry for entry in engine.settings.subscriptions if entry.event == found.event]
    return next((entry for entry in same if identity(parse(entry.socket_text)) == wanted), None)


def _transport_settings(member: Member) -> Iterator[Setting]:
    """The settings of a member's transport; what was not set is the default."""
    options = member.target.options
    for name, field in type(options).model_fields.items():
        source = f"transports: {member.address.scheme}" if name in options.model_fields_set else "default"
        value = options.model_dump(mode="json", include={name})[name]
        yield Setting(name, value, source, field.description or "")
