"""XML-RPC bodies: what a standard parser reads, the captured layout, and what XML cannot hold."""

from __future__ import annotations

from xmlrpc.client import loads

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.event import INT_MAX, INT_MIN, Event
from engine.wire.xmlrpc import XmlRpcFormat

STANDARD = XmlRpcFormat("notify")


def body_of(event: Event, wire_format: XmlRpcFormat = STANDARD) -> str:
    payloads = wire_format.encode([event])
    assert not payloads.failures
    return bytes(payloads[0]).decode()


def test_standard_layout() -> None:
    assert body_of(Event("E_X", (("a", "v"), (None, -5)))) == (
        '<?xml version="1.0"?>\n<methodCall>\n<methodName>notify</methodName>\n<params>\n'
        "<param>\n<value><string>E_X</string></value>\n</param>\n"
        "<param>\n<value><string>v</string></value>\n</param>\n"
        "<param>\n<value><int>-5</int></value>\n</param>\n"
        "</params>\n</methodCall>"
    )


def test_compat_has_the_name_beside_the_value() -> None:
    body = body_of(Event("E_X", (("a", "v"),)), XmlRpcFormat("m", compat=True))
    assert "<param>\n<name>a</name>\n<value><string>v</string></value>\n</param>\n" in body


@pytest.mark.parametrize("compat", [False, True])
def test_struct_holds_one_member_per_named_parameter(compat: bool) -> None:
    body = body_of(Event("E_X", (("a", 1), (None, "x"))), XmlRpcFormat("m", use_struct_param=True, compat=compat))
    struct = "<value><struct><member>\n<name>a</name>\n<value><int>1</int></value>\n</member></struct></value>"
    assert f"<param>\n{struct}\n</param>\n<param>\n<value><string>x</string></value>\n</param>\n" in body


@pytest.mark.parametrize("wire_format", [XmlRpcFormat("m&m", compat=True), XmlRpcFormat("m&m", use_struct_param=True)])
def test_method_names_and_values_are_escaped(wire_format: XmlRpcFormat) -> None:
    body = body_of(Event("E<", (("<n>", "a & b > c\r\n"),)), wire_format)
    for piece in ("<methodName>m&amp;m<", "<string>E&lt;<", "<name>&lt;n&gt;<", "<string>a &amp; b &gt; c&#13;\n<"):
        assert piece in body


xml_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\r\n\t<&>")
)
values = st.one_of(st.integers(INT_MIN, INT_MAX), xml_text)


@given(st.lists(values, max_size=5))
def test_a_standard_parser_reads_every_value_back(given_values: list[str | int]) -> None:
    event = Event("E_X", tuple(("name", value) for value in given_values))
    assert loads(body_of(event)) == (("E_X", *given_values), "notify")


@given(st.lists(st.tuples(xml_text, values), max_size=5))
def test_a_standard_parser_reads_structs_back(params: list[tuple[str, str | int]]) -> None:
    read, _ = loads(body_of(Event("E_X", tuple(params)), XmlRpcFormat("m", use_struct_param=True)))
    assert read == ("E_X", *({name: value} for name, value in params))


FORMATS = [STANDARD, XmlRpcFormat("m%s", use_struct_param=True), XmlRpcFormat("m&", compat=True)]
anything = st.one_of(
    st.none(), st.integers(INT_MIN, INT_MAX), xml_text, st.sampled_from(["\x00", "\udc80", "%s", "%%"])
)


@pytest.mark.parametrize("wire_format", FORMATS)
@given(
    kinds=st.lists(st.sampled_from([xml_text, st.integers(INT_MIN, INT_MAX), anything]), max_size=4),
    names=st.lists(st.one_of(st.none(), xml_text, st.sampled_from(["%s", "\x00"])), min_size=4, max_size=4),
    data=st.data(),
)
def test_many_events_at_once_have_the_bodies_that_each_has_alone(
    wire_format: XmlRpcFormat,
    kinds: list[st.SearchStrategy[str | int | None]],
    names: list[str | None],
    data: st.DataObject,
) -> None:
    params = st.tuples(*(st.tuples(st.just(name), kind) for name, kind in zip(names, kinds, strict=False)))
    events = [Event("E%s", found) for found in data.draw(st.lists(params, min_size=1, max_size=12))]
    together = wire_format.encode(events)
    alone = [wire_format.encode([event]) for event in events]
    assert [bytes(together[index]) for index in range(len(events))] == [bytes(one[0]) for one in alone]
    assert together.failures == {index: one.failures[0] for index, one in enumerate(alone) if one.failures}


def test_events_of_different_shapes_are_each_written_in_their_own() -> None:
    events = [Event(name, ((param, value),)) for name in "EF" for param in "ab" for value in ("x", 1)]
    together = XmlRpcFormat("m", compat=True).encode([*events, Event("E")])
    bodies = [bytes(together[index]).decode() for index in range(9)]
    assert bodies == [body_of(event, XmlRpcFormat("m", compat=True)) for event in [*events, Event("E")]]


def test_null_is_an_empty_string() -> None:
    assert loads(body_of(Event("E_X", (("a", None),)))) == (("E_X", ""), "notify")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (Event("E", (("a", "x\x10y"),)), "parameter 'a' holds U+0010"),
        (Event("E", ((None, "\x00"),)), "parameter 1 holds U+0000"),
        (Event("E", (("a", "ok"), (None, "\uffff"))), "parameter 2 holds U+FFFF"),
        (Event("E", (("a", "\udcc3("),)), "parameter 'a' holds bytes that are not UTF-8"),
        (Event("E", (("a", "\ud83d"),)), "parameter 'a' holds U+D83D"),
        (Event("E\x01"), "the event name holds U+0001"),
    ],
)
def test_what_xml_cannot_hold_fails_that_event_alone(event: Event, reason: str) -> None:
    good = Event("E", (("a", "fine"),))
    payloads = STANDARD.encode([good, event, good])
    assert payloads.failures == {1: f"cannot be written as XML: {reason}"}
    assert [payloads.size(index) > 0 for index in range(3)] == [True, False, True]


def test_a_bad_name_fails_only_where_names_are_written() -> None:
    event = Event("E", (("n\x02", "v"),))
    assert STANDARD.encode([event]).failures == {}
    compat = XmlRpcFormat("m", compat=True)
    assert compat.encode([event]).failures == {0: "cannot be written as XML: the name of parameter 1 holds U+0002"}
