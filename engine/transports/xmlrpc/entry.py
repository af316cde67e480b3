"""A run of which calls are being made, one event after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from engine.run import Outcome, Run
from engine.transports.outbox import Entry
from engine.transports.settlement import refuse_unencodable
from engine.wire.payloads import Payloads


class XmlRpcEntry(Entry):
    """A run in the outbox: calls were made of everything before `position`."""

    __slots__ = ("_is_checked", "_payloads", "_positions")

    def __init__(self, run: Run, payloads: Payloads) -> None:
        super().__init__(run)
        self._payloads = payloads
        self._is_checked = False
        """Whether the events that cannot be encoded are settled."""
        self._positions: Iterator[int] | None = None
        """What is left, from the first look on."""

    def take(self) -> int | None:
        """The position of the next event that is to be called; None when there is none.

        Events that cannot be encoded fail at the first look. That may take the others back, and start runs.
        """
        if self._positions is None:
            self._refuse()
            self._positions = chain.from_iterable(self.run.open_stretches())
        position = next(self._positions, None)
        self.position = self.count if position is None else position + 1
        return position

    def body(self, position: int) -> memoryview:
        """The body of an event's call."""
        return self._payloads[self.run.indices[position]]

    def end(self, positions: range, outcome: Outcome) -> None:
        """Settle what is open of `positions`; what cannot be encoded fails for that."""
        self._refuse()
        super().end(positions, outcome)

    def _refuse(self) -> None:
        if not self._is_checked:
            self._is_checked = True
            refuse_unencodable(self.run, self._payloads.failures)
