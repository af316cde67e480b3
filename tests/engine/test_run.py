"""Runs: positions and batch indices, splitting, and that each event is settled exactly once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.event import Event
from engine.run import DELIVERED, SENT, Batch, Fault, Run, failed
from tests.support.runs import Ledger


def make_run(size: int, indices: range | None = None) -> tuple[Run, list[tuple[range, str]]]:
    heard: list[tuple[range, str]] = []
    batch = Batch("E_X", [Event("E_X")] * size, 1, 0.0, "test")
    run = Run(batch, indices or range(size), 0, 0.0, lambda run, part, outcome: heard.append((part, outcome.status)))
    return run, heard


def test_a_whole_run_is_settled_in_one_call() -> None:
    run, heard = make_run(4)
    run.settle(range(4), SENT)
    assert heard == [(range(4), "sent")]
    assert run.unsettled == 0
    assert run.open_stretches() == []


def test_settling_twice_is_refused() -> None:
    run, _ = make_run(4)
    run.settle(range(1, 3), SENT)
    for positions in (range(4), range(2, 4), range(2)):
        with pytest.raises(RuntimeError, match="settled twice"):
            run.settle(positions, SENT)
    whole, _ = make_run(2)
    whole.settle(range(2), SENT)
    with pytest.raises(RuntimeError, match="settled twice"):
        whole.settle(range(2), SENT)


@pytest.mark.parametrize("positions", [range(0, 4, 2), range(3, 6), range(-1, 1)])
def test_only_contiguous_positions_inside_the_run_can_be_settled(positions: range) -> None:
    run, _ = make_run(5)
    with pytest.raises(RuntimeError, match="not a part"):
        run.settle(positions, SENT)


@given(st.integers(1, 40), st.data())
def test_any_cut_into_parts_ends_with_everything_settled_once(size: int, data: st.DataObject) -> None:
    run, heard = make_run(size)
    while run.unsettled and data.draw(st.booleans(), label="go on"):
        stretch = data.draw(st.sampled_from(run.open_stretches()))
        start = data.draw(st.integers(stretch.start, stretch.stop - 1))
        run.settle(range(start, data.draw(st.integers(start + 1, stretch.stop))), DELIVERED)
    run.settle_all(failed("lost"))
    positions = [position for part, _ in heard for position in part]
    assert sorted(positions) == list(range(size))
    assert run.unsettled == 0


def test_splitting_keeps_steps_and_order() -> None:
    run, _ = make_run(12, range(1, 12, 3))
    first, rest = run.split(3)
    assert (first.indices, rest.indices) == (range(1, 10, 3), range(10, 12, 3))


def test_payloads_are_encoded_once_per_format() -> None:
    calls = []

    class Format:
        def encode(self, events: list[Event]) -> object:
            calls.append(len(events))
            return object()

    batch = Batch("E_X", [Event("E_X")] * 3, 1, 0.0, "test")
    wire_format = Format()
    assert batch.payloads(wire_format) is batch.payloads(wire_format)  # type: ignore[arg-type]
    assert calls == [3]


@pytest.mark.parametrize(
    ("fault", "marks", "own"),
    [
        (Fault.MEMBER, True, False),
        (Fault.ANSWER, True, True),
        (Fault.EVENT, False, True),
        (Fault.QUEUE, False, False),
        (Fault.ENGINE, False, False),
    ],
)
def test_what_a_fault_does(fault: Fault, marks: bool, own: bool) -> None:
    outcome = failed("no", fault)
    assert (outcome.marks, outcome.is_own_account) == (marks, own)


def test_the_ledger_of_the_tests_notices_a_second_outcome() -> None:
    ledger = Ledger()
    run = ledger.run([Event("E_X")] * 2)
    run.settle_all(SENT)
    assert ledger.is_complete


def test_packed_events_are_the_same_when_looked_at() -> None:
    events = [
        Event("E_A", (("n", 1), ("text", "é\udcff\ud800"), ("n", None))),
        Event("E_A", ((None, -(2**31)), (None, ""))),
        Event("E_A"),
    ]
    batch = Batch("E_A", events, 1, 0.0, "")
    batch.pack()
    batch.pack()
    assert list(batch.events) == events
    assert len(batch) == 3
