"""JSON-RPC payloads: exact bytes, the quick and the exact way alike, and what cannot be encoded."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.event import INT_MAX, INT_MIN, Event, Param
from engine.wire.jsonrpc import JsonRpcFormat, with_id, with_ids
from engine.wire.payloads import Payloads

PLAIN = JsonRpcFormat()


def encoded(event: Event, wire_format: JsonRpcFormat = PLAIN) -> bytes:
    payloads = wire_format.encode([event])
    assert not payloads.failures
    return bytes(payloads[0])


def parts_of(payloads: Payloads) -> list[bytes]:
    return [bytes(payloads[index]) for index in range(len(payloads))]


EXACT = [
    ((), b'{"jsonrpc":"2.0","method":"E_X"}'),
    ((("ip", "192.0.2.1"), ("n", 5)), b'{"jsonrpc":"2.0","method":"E_X","params":{"ip":"192.0.2.1","n":5}}'),
    (((None, "a"), (None, 3)), b'{"jsonrpc":"2.0","method":"E_X","params":["a",3]}'),
    ((("a", None), ("b", "")), b'{"jsonrpc":"2.0","method":"E_X","params":{"a":null,"b":""}}'),
    ((("x", 1), ("x", "2")), b'{"jsonrpc":"2.0","method":"E_X","params":{"x":1,"x":"2"}}'),
    (((None, 1), ("late", 2)), b'{"jsonrpc":"2.0","method":"E_X","params":[1,2]}'),
    ((("first", 1), (None, 2)), b'{"jsonrpc":"2.0","method":"E_X","params":{"first":1,"":2}}'),
    ((("b", "\udcff"),), b'{"jsonrpc":"2.0","method":"E_X","params":{"b":"\xff"}}'),
]


@pytest.mark.parametrize(("params", "expected"), EXACT)
def test_bytes_are_exact(params: tuple[Param, ...], expected: bytes) -> None:
    assert encoded(Event("E_X", params)) == expected


@pytest.mark.parametrize("name", ["text", "\udce9"], ids=["quick", "exact"])
def test_escapes_are_short_or_lower_case_hex_and_nothing_else_is_escaped(name: str) -> None:
    body = encoded(Event("E", ((name, '\x00\x1f\b\f\n\r\t"\\/\x7f\u2028é'),)))
    assert body.endswith(b':"\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\/\x7f\xe2\x80\xa8\xc3\xa9"}}')


def test_unlike_events_of_a_batch_are_each_encoded_as_if_alone() -> None:
    events = [
        Event("E_A", (("a", 1),)),
        Event("E_A"),
        Event("E_B", ((None, "x"),)),
        Event("E_A", (("a", 1), ("a", 2))),
        Event("E_A", (("a", "\udcc3("),)),
    ]
    assert parts_of(PLAIN.encode(events)) == [encoded(event) for event in events]


@pytest.mark.parametrize("odd", [Event("E"), Event("E", ((None, 1),)), Event("F", (("n", 1),))])
def test_one_odd_event_at_the_end_of_a_batch_is_not_taken_for_one_of_the_others(odd: Event) -> None:
    events = [Event("E", (("n", number),)) for number in range(5)] + [odd]
    assert parts_of(PLAIN.encode(events)) == [encoded(event) for event in events]


def test_named_event_among_positional_ones_stays_named() -> None:
    events = [Event("E", ((None, 1),)), Event("E", (("n", 2),))]
    assert parts_of(PLAIN.encode(events)) == [encoded(event) for event in events]


def test_surrogate_that_is_no_byte_fails_that_event_alone() -> None:
    payloads = PLAIN.encode([Event("E", (("a", "x"),)), Event("E", (("a", "\ud83d"),))])
    assert parts_of(payloads) == [encoded(Event("E", (("a", "x"),))), b""]
    assert payloads.failures == {
        1: "cannot be written as JSON: a lone surrogate (U+D83D) stands for no byte",
    }


def test_surrogate_in_the_event_name_fails_with_a_reason_instead_of_raising() -> None:
    assert "U+D83D" in PLAIN.encode([Event("E\ud83d", (("a", 1),))]).failures[0]


def test_method_replaces_the_name() -> None:
    body = encoded(Event("E_X", (("a", 1),)), JsonRpcFormat(method="handle"))
    assert body == b'{"jsonrpc":"2.0","method":"handle","params":{"a":1}}'


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ((("a", 1),), b'{"ev":"E_X","a":1}'),
        (((None, "v"),), b'["E_X","v"]'),
        ((), b'{"ev":"E_X"}'),
        ((("ev", "own"),), b'{"ev":"E_X","ev":"own"}'),
    ],
)
def test_event_param_comes_first_also_without_parameters(params: tuple[Param, ...], expected: bytes) -> None:
    body = encoded(Event("E_X", params), JsonRpcFormat(event_param="ev"))
    assert body == b'{"jsonrpc":"2.0","method":"E_X","params":' + expected + b"}"


def test_id_comes_first() -> None:
    payload = PLAIN.encode([Event("E")])[0]
    assert with_id(payload, 159449140) == b'{"id":159449140,"jsonrpc":"2.0","method":"E"}'
    many = with_ids([memoryview(payload), memoryview(b""), memoryview(payload)], 7)
    assert many == [with_id(payload, 7), b"", with_id(payload, 9)]


def test_equal_options_make_equal_formats() -> None:
    assert len({JsonRpcFormat(), JsonRpcFormat(None), JsonRpcFormat("m"), JsonRpcFormat("m")}) == 2


def test_no_events_make_no_payloads() -> None:
    assert len(PLAIN.encode([])) == 0


names = st.one_of(st.none(), st.sampled_from(["a", "b", "", "ü"]), st.text(max_size=3))
values = st.one_of(
    st.none(),
    st.integers(INT_MIN, INT_MAX),
    st.text(max_size=6),
    st.binary(max_size=6).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
)
events_ = st.builds(
    Event, st.sampled_from(["E_A", "E_A", "E_B"]), st.lists(st.tuples(names, values), max_size=4).map(tuple)
)


def _is_text(event: Event) -> bool:
    pieces = [text for param in event.params for text in param if isinstance(text, str)]
    return not any(0xD800 <= ord(sign) <= 0xDFFF for text in pieces for sign in text)


@given(st.lists(events_, min_size=1, max_size=6))
def test_every_batch_encodes_to_the_json_of_its_events(batch: list[Event]) -> None:
    payloads = PLAIN.encode(batch)
    assert not payloads.failures
    assert parts_of(payloads) == [encoded(event) for event in batch]
    for index, event in enumerate(batch):
        if not _is_text(event):
            continue
        message = json.loads(bytes(payloads[index]), object_pairs_hook=lambda pairs: pairs)
        told = dict(message)
        assert told["method"] == event.name
        if event.params:
            named = [(name or "", value) for name, value in event.params]
            assert told["params"] == (event.values if event.is_positional else named)
        assert ("params" in told) == bool(event.params)
