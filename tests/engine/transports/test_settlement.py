"""Parts of runs are settled, less what had its outcome before."""

from __future__ import annotations

from engine.event import Event
from engine.run import DELIVERED, SENT, Fault, Outcome, Run, failed
from engine.transports.settlement import refuse_unencodable, settle_open
from tests.support.runs import Ledger

EVENTS = [Event("E_TEST")] * 12


def test_unencodable_events_are_found_by_their_place_in_the_batch() -> None:
    ledger = Ledger()
    run = ledger.run(EVENTS, range(1, 12, 3))
    refuse_unencodable(run, {0: "of another run", 4: "bad", 10: "worse"})
    outcomes = ledger.of(run)
    assert outcomes == [None, failed("bad", Fault.EVENT), None, failed("worse", Fault.EVENT)]


def test_an_outcome_of_an_unencodable_event_may_settle_the_others() -> None:
    """As when it has the run taken back."""
    ledger = Ledger()
    run = ledger.run(EVENTS)
    note = run._handler

    def settled(run: Run, positions: range, outcome: Outcome) -> None:
        note(run, positions, outcome)
        if outcome.fault is Fault.EVENT:
            settle_open(run, range(12), SENT)

    run._handler = settled
    refuse_unencodable(run, {2: "bad", 5: "worse"})
    assert ledger.of(run) == [SENT] * 2 + [failed("bad", Fault.EVENT)] + [SENT] * 9


def test_without_any_nothing_is_touched() -> None:
    ledger = Ledger()
    refuse_unencodable(ledger.run(EVENTS), {})
    assert not ledger.outcomes


def test_what_has_an_outcome_keeps_it() -> None:
    ledger = Ledger()
    run = ledger.run(EVENTS)
    run.settle(range(3, 5), DELIVERED)
    settle_open(run, range(2, 8), SENT)
    assert ledger.of(run) == [None] * 2 + [SENT] + [DELIVERED] * 2 + [SENT] * 3 + [None] * 4
    settle_open(run, range(12), SENT)
    assert ledger.is_complete


def test_a_whole_run_is_settled_with_one_call() -> None:
    ledger = Ledger()
    run = ledger.run(EVENTS)
    calls: list[range] = []
    run._handler = lambda _run, positions, _outcome: calls.append(positions)
    settle_open(run, range(12), SENT)
    assert calls == [range(12)]
