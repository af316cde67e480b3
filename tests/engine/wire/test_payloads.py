"""Encoded events: one buffer, and any part of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.wire.payloads import Payloads


@given(
    st.lists(st.binary(max_size=5), min_size=1, max_size=30),
    st.data(),
)
def test_any_part_is_what_went_in(parts: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.slices(len(parts)))
    indices = range(len(parts))[cut]
    expected = parts[cut]
    payloads = Payloads(parts)
    assert [bytes(part) for part in payloads.parts(indices)] == expected
    assert [bytes(payloads[index]) for index in indices] == expected
    assert bytes(payloads.span(indices)) == b"".join(expected)
    assert payloads.sizes(indices) == [payloads.size(index) for index in indices] == [len(part) for part in expected]
