"""A run on its way into a byte stream: its bytes, and how many of them the kernel took."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from engine.run import Run
from engine.transports.outbox import Entry
from engine.wire.jsonrpc import with_ids
from engine.wire.payloads import Payloads


class StreamEntry(Entry):
    """A run that is being written: everything before `position` was handed to the kernel."""

    __slots__ = ("data", "ends", "first_id", "is_prepared", "offset", "payloads")

    def __init__(self, run: Run, payloads: Payloads) -> None:
        super().__init__(run)
        self.payloads = payloads
        self.offset = 0
        """Bytes of `data` that the kernel took."""
        self.data = memoryview(b"")
        """The whole run as it goes onto the wire, once its turn has come (`prepare`)."""
        self.is_prepared = False
        self.ends: list[int] | None = None
        """Where each event ends in `data`; made when the kernel took a part only."""
        self.first_id = 0
        """Id of the request at position 0, in sync_mode."""

    @property
    def is_complete(self) -> bool:
        """Whether the kernel has all of it."""
        return self.is_prepared and self.offset == len(self.data)

    def prepare(self, first_id: int | None) -> None:
        """Make the bytes, as requests when there is an id for the first of them."""
        indices = self.run.indices
        self.is_prepared = True
        if first_id is None:
            self.data = memoryview(self.payloads.span(indices))
            return
        self.first_id = first_id
        requests = with_ids(self.payloads.parts(indices), first_id)
        self.ends = list(accumulate(map(len, requests)))
        self.data = memoryview(b"".join(requests))

    def took(self, count: int) -> range:
        """Note that the kernel took `count` bytes more. Returns the positions that are complete now."""
        self.offset += count
        start = self.position
        if self.is_complete:
            self.position = self.count
        else:
            self.position = bisect_right(self._ends(), self.offset)
        return range(start, self.position)

    def take_back(self) -> range:
        """Leave out what the kernel has nothing of; an event that was begun stays."""
        start, stop = self.position, self.count
        if self.offset and self.offset > (self._ends()[start - 1] if start else 0):
            start += 1
        self.count = start
        self.data = self.data[: self._ends()[start - 1] if start else 0]
        return range(start, stop)

    def _ends(self) -> list[int]:
        if self.ends is None:
            self.ends = list(accumulate(self.payloads.sizes(self.run.indices)))
        return self.ends

    def unsent(self, positions: range) -> tuple[int, ...]:
        """Those of `positions` that have no payload."""
        if not self.payloads.failures:
            return ()
        return tuple(position for position in positions if self.run.indices[position] in self.payloads.failures)
