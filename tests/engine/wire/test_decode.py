"""Splitting a stream of JSON texts, wherever it is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.wire.decode import JsonSplitter

TEXTS = [
    b'{"jsonrpc":"2.0","method":"E_A","params":{"a":"}{][\\"\\\\"}}',
    b"{}",
    b'["\\\\",{"x":[]}]',
    b'{"a":"\xc3(\xf0\x9f"}',
    b'{"end":"\\\\"}',
]


def test_objects_without_a_separator_come_apart() -> None:
    splitter = JsonSplitter()
    assert splitter.feed(b"".join(TEXTS)) == TEXTS
    assert splitter.is_between


@given(st.lists(st.integers(0, 150), max_size=12), st.sampled_from([b"", b"\n", b" \t"]))
def test_the_place_of_the_cuts_does_not_matter(cuts: list[int], separator: bytes) -> None:
    stream = separator.join(TEXTS) + separator
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    splitter = JsonSplitter()
    pieces = [stream[start:stop] for start, stop in pairwise(places)]
    assert [text for piece in pieces for text in splitter.feed(piece)] == TEXTS
    assert splitter.is_between


def test_byte_by_byte() -> None:
    splitter = JsonSplitter()
    assert [text for sign in b"".join(TEXTS) for text in splitter.feed(bytes([sign]))] == TEXTS


def test_a_half_object_is_kept() -> None:
    splitter = JsonSplitter()
    assert splitter.feed(b'{"a":1}{"b"') == [b'{"a":1}']
    assert not splitter.is_between
    assert splitter.feed(b":2}") == [b'{"b":2}']


@pytest.mark.parametrize("data", [b"hello", b"{}x", b"]"])
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="expected a JSON object"):
        JsonSplitter().feed(data)


def test_an_object_without_an_end_is_refused_at_the_limit() -> None:
    splitter = JsonSplitter(limit=100)
    with pytest.raises(ValueError, match="longer than 100 bytes"):
        splitter.feed(b'{"a":"' + b"x" * 100)
