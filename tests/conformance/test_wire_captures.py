"""Every captured vector through the encoders, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xmlrpc.client import loads

import pytest

from engine.address import XmlRpcAddress, parse
from engine.event import Event
from engine.wire.jsonrpc import with_id
from engine.wire.xmlrpc import XmlRpcFormat
from tests.conformance.differences import DIFFERENCES, UNDEFINED
from tests.conformance.formats import format_of, id_of, xmlrpc_request
from tests.conformance.vectors import CAPTURES, Group, Vector, document, groups

TRANSPORTS = ("udp", "unix", "stream", "xmlrpc", "flatstore", "rabbitmq")


def every_vector() -> Iterator[tuple[Group, Vector]]:
    for transport in TRANSPORTS:
        for group in groups(transport):
            for vector in group.vectors:
                yield group, vector


ALL = list(every_vector())
COMPARED = [(group, vector) for group, vector in ALL if vector.event and vector.id not in DIFFERENCES]
DIFFERING = [(group, vector) for group, vector in ALL if vector.id in DIFFERENCES]
XML_DEFECTS = [(group, vector) for group, vector in DIFFERING if DIFFERENCES[vector.id].startswith("D15")]
STANDARD_XML = [
    (group, vector)
    for group, vector in COMPARED
    if vector.id.startswith("xmlrpc/default") and vector.received[0].data is not None
]


def each(pairs: list[tuple[Group, Vector]]) -> pytest.MarkDecorator:
    """One test for each vector, named by its id."""
    return pytest.mark.parametrize(("group", "vector"), pairs, ids=[vector.id for _, vector in pairs])


def encoded(group: Group, vector: Vector) -> bytes | None:
    """What is on the wire, in the captured framing; None when the event cannot be encoded."""
    assert vector.event
    payloads = format_of(group).encode([vector.event])
    if payloads.failures:
        return None
    data = bytes(payloads[0])
    address = parse(group.socket)
    if isinstance(address, XmlRpcAddress):
        return xmlrpc_request(address, data)
    if vector.volatile:
        captured = vector.received[0].data
        assert captured
        return with_id(data, id_of(captured))
    return data


def is_as_captured(group: Group, vector: Vector) -> bool:
    data = encoded(group, vector)
    return data is not None and len(vector.received) == 1 and vector.received[0].is_equal(data)


@each(COMPARED)
def test_encoders_write_what_was_captured(group: Group, vector: Vector) -> None:
    assert is_as_captured(group, vector), encoded(group, vector)


@each(DIFFERING)
def test_what_is_listed_as_different_does_differ(group: Group, vector: Vector) -> None:
    assert vector.event
    assert not is_as_captured(group, vector), f"reproduced now, so take it off the table: {DIFFERENCES[vector.id]}"


def test_only_rejected_and_garbage_vectors_are_left_out() -> None:
    left_out = [vector for _, vector in ALL if vector.event is None]
    assert len(COMPARED) + len(DIFFERING) + len(left_out) == len(ALL)
    assert all(vector.is_undefined != vector.is_rejected for vector in left_out)
    assert {vector.case for vector in left_out if vector.is_undefined} == UNDEFINED.keys()
    assert not any(vector.received for vector in left_out if vector.is_rejected)


def test_the_table_names_only_vectors_that_exist() -> None:
    assert DIFFERENCES.keys() <= {vector.id for _, vector in ALL if vector.event}


def test_the_captures_are_all_here() -> None:
    assert len(ALL) == 704
    assert len(list(CAPTURES.glob("*.json"))) == 13


@each(STANDARD_XML)
def test_standard_xmlrpc_is_the_captured_body_without_misplaced_names(group: Group, vector: Vector) -> None:
    assert vector.event
    assert vector.received[0].data
    body = vector.received[0].data.partition(b"\r\n\r\n")[2]
    expected = re.sub(rb"<param>\n<name>[^<]*</name>\n", b"<param>\n", body)
    assert bytes(XmlRpcFormat("peer_event").encode([vector.event])[0]) == expected


@each(XML_DEFECTS)
def test_what_differs_in_xml_is_read_back_right_or_fails(group: Group, vector: Vector) -> None:
    assert vector.event
    standard = XmlRpcFormat("peer_event").encode([vector.event])
    if vector.case in ("rawctl", "x-badutf8"):
        assert standard.failures.keys() == {0}
    else:
        assert loads(bytes(standard[0]))[0] == (vector.event.name, *vector.event.values)


def test_streamed_objects_follow_each_other_as_captured() -> None:
    framing = document("wire-stream")["framing"]
    group = groups("stream")[0]
    first = format_of(group).encode([Event("E_PEER_A", (("i", number),)) for number in range(5)])
    other = format_of(next(one for one in groups("stream") if one.variant == "method"))
    last = bytes(other.encode([Event("E_PEER_B", (("i", 99),))])[0]).replace(b"handle_cmd", b"other")
    assert first.buffer + last == framing["text"].encode()
