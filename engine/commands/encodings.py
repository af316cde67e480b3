"""What one event is on the wire of some members, before or after it was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.event import Event
from engine.member import Member
from engine.wire.payloads import WireFormat


class Encoded(NamedTuple):
    """An event in one wire format. `failure`: why it cannot be encoded; the payload is empty then."""

    format_name: str
    payload: bytes
    failure: str | None


def encoded_as(event: Event, wire_format: WireFormat) -> Encoded:
    """The event in that format."""
    payloads = wire_format.encode((event,))
    return Encoded(wire_format.name, bytes(payloads[0]), payloads.failures.get(0))


def encoded_for(event: Event, members: Iterable[Member]) -> Iterator[tuple[Member, Encoded]]:
    """Each member with what it would be sent; encoded once for each wire format, however many share it."""
    made: dict[WireFormat, Encoded] = {}
    for member in members:
        wire_format = member.target.transport.wire_format
        if wire_format not in made:
            made[wire_format] = encoded_as(event, wire_format)
        yield member, made[wire_format]
