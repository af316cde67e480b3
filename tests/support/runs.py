"""Runs made by hand, and what a transport made of them, for tests of transports without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from engine.event import Event
from engine.run import Batch, Outcome, Run

_sequence = count(1)


class Ledger:
    """Hands out runs and writes down every outcome; shows at once when an event gets two."""

    def __init__(self) -> None:
        self.outcomes: dict[int, Outcome] = {}
        """Sequence number -> outcome."""
        self.order: list[int] = []
        """Sequence numbers in the order in which they were settled."""
        self.handed_out = 0

    def run(self, events: Sequence[Event], indices: range | None = None, *, connect_now: bool = True) -> Run:
        """A run of `events` (all of one name)."""
        first = next(_sequence) * 1_000_000
        batch = Batch(events[0].name, events, first, 0.0, "test")
        run = Run(batch, range(len(events)) if indices is None else indices, 0, 0.0, self._settled)
        run.connect_now = connect_now
        self.handed_out += len(run)
        return run

    @property
    def is_complete(self) -> bool:
        """Whether every event that was handed out has its outcome."""
        return len(self.outcomes) == self.handed_out

    def of(self, run: Run) -> list[Outcome | None]:
        """The outcomes of a run's events, in order; None where one is missing."""
        return [self.outcomes.get(run.batch.first_seq + index) for index in run.indices]

    def _settled(self, run: Run, positions: range, outcome: Outcome) -> None:
        for position in positions:
            number = run.batch.first_seq + run.indices[position]
            assert number not in self.outcomes, f"event {number} was settled twice"
            self.outcomes[number] = outcome
            self.order.append(number)
