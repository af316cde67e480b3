"""How much of a run the kernel took, and what of it can be taken back."""

from __future__ import annotations

import pytest

from engine.event import Event
from engine.transports.tcp.entry import StreamEntry
from engine.wire.jsonrpc import JsonRpcFormat
from tests.support.runs import Ledger


def entry(*, is_prepared: bool = True) -> StreamEntry:
    """A run of five requests; the fourth cannot be encoded, and has no bytes."""
    texts = ["", "a", "ab", "\ud800", "abc"]
    run = Ledger().run([Event("E", (("t", text),)) for text in texts])
    made = StreamEntry(run, run.batch.payloads(JsonRpcFormat()))
    if is_prepared:
        made.prepare(1)
    return made


@pytest.mark.parametrize(
    ("written", "more", "complete", "stays"),
    [(0, 0, 0, 0), (0, 1, 0, 1), (1, 0, 1, 1), (1, 1, 1, 2), (2, 0, 2, 2), (3, -1, 2, 3), (3, 0, 4, 4), (4, 1, 4, 5)],
)
def test_what_was_begun_stays_and_the_rest_is_taken_back(written: int, more: int, complete: int, stays: int) -> None:
    """The kernel took `written` events and `more` bytes."""
    made = entry()
    whole, ends = bytes(made.data), [0, *(made.ends or ())]
    taken = ends[written] + more
    if taken:
        assert made.took(taken) == range(complete)
    assert made.take_back() == range(stays, 5)
    assert made.count == stays
    assert bytes(made.data) == whole[: ends[stays]]
    assert made.take_back() == range(stays, stays)
    left = len(made.data) - taken
    if left:
        assert made.took(left) == range(complete, stays)
    assert made.is_complete
    assert made.position == made.count


def test_what_was_not_prepared_is_taken_back_whole() -> None:
    made = entry(is_prepared=False)
    assert made.take_back() == range(5)
    assert (made.position, made.count) == (0, 0)
