"""Which event of a run is called next, and what is left to settle."""

from __future__ import annotations

from engine.event import Event
from engine.run import Fault, Outcome, Run, failed
from engine.transports.xmlrpc.entry import XmlRpcEntry
from engine.wire.xmlrpc import XmlRpcFormat
from tests.support.runs import Ledger

BACK = failed("taken back", Fault.ENGINE)


class Case:
    """An entry for a run of five; the second and the fifth event cannot be encoded."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        texts = ["a", "\x01", "b", "c", "\x01"]
        self.run = self.ledger.run([Event("E_TEST", (("text", text),)) for text in texts])
        self.entry = XmlRpcEntry(self.run, self.run.batch.payloads(XmlRpcFormat("notify")))

    @property
    def outcomes(self) -> str:
        """One letter an event: e(vent failure), x (taken back), - none."""
        return "".join(
            "-" if outcome is None else "e" if outcome.fault is Fault.EVENT else "x"
            for outcome in self.ledger.of(self.run)
        )


def test_events_are_taken_in_order_and_those_without_a_body_fail_at_the_first_look() -> None:
    case = Case()
    assert case.outcomes == "-----"
    taken = [case.entry.take() for _ in range(3)]
    assert taken == [0, 2, 3]
    assert case.outcomes == "-e--e"
    assert b"<value><string>b</string></value>" in bytes(case.entry.body(2))
    assert case.entry.take() is None
    assert case.entry.rest == range(5, 5)


def test_what_was_called_is_not_taken_back() -> None:
    case = Case()
    assert case.entry.take() == 0
    case.entry.end(case.entry.take_back(), BACK)
    assert case.outcomes == "-exxe"
    assert case.entry.rest == range(1, 1)


def test_what_was_never_looked_at_fails_for_itself_first() -> None:
    case = Case()
    case.entry.end(case.entry.take_back(), BACK)
    assert case.outcomes == "xexxe"


def test_taking_back_from_within_the_first_look_leaves_nothing_to_call() -> None:
    case = Case()
    note = case.run._handler

    def settled(run: Run, positions: range, outcome: Outcome) -> None:
        note(run, positions, outcome)
        if outcome is not BACK:
            case.entry.end(case.entry.take_back(), BACK)

    case.run._handler = settled
    assert case.entry.take() is None
    assert case.outcomes == "xexxx"
