"""Wire formats as plain values: what is read back encodes the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from engine.event import Event
from engine.wire.flatline import FlatlineFormat
from engine.wire.formats import described, format_of
from engine.wire.jsonrpc import JsonRpcFormat
from engine.wire.payloads import Payloads, WireFormat
from engine.wire.xmlrpc import XmlRpcFormat

EVENT = Event("E_A", (("ip", "192.0.2.1"), ("count", 3)))


@pytest.mark.parametrize(
    "made",
    [
        JsonRpcFormat(),
        JsonRpcFormat("method", "event"),
        JsonRpcFormat(separator="\n"),
        XmlRpcFormat("notify", use_struct_param=True, compat=True),
        FlatlineFormat("|", "/", suppress_event_name=True),
    ],
)
def test_a_format_is_the_same_after_it_was_written_down(made: WireFormat) -> None:
    again = format_of(json.loads(json.dumps(described(made))))
    assert again == made
    assert bytes(again.encode((EVENT,))[0]) == bytes(made.encode((EVENT,))[0])


class Foreign:
    """A format that somebody else has made."""

    def encode(self, events: Sequence[Event]) -> Payloads:
        """Nothing."""
        return Payloads([b""] * len(events))


def test_a_foreign_format_is_not_described() -> None:
    assert described(Foreign()) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ({"format": "morse"}, "no wire format 'morse'"),
        ({}, "no wire format"),
        ({"format": "jsonrpc", "speed": 3}, "not a jsonrpc format"),
        ({"format": "flatline", "delimiter": ""}, "a delimiter has"),
    ],
)
def test_what_is_no_format_is_refused(text: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        format_of(text)
