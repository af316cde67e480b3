"""A run on its way through a datagram socket."""

from __future__ import annotations

from engine.run import Run
from engine.transports.outbox import Entry
from engine.wire.payloads import Payloads


class DatagramEntry(Entry):
    """A run that is being sent: everything before `position` was sent and settled."""

    __slots__ = ("has_reopened", "is_checked", "payloads")

    def __init__(self, run: Run, payloads: Payloads) -> None:
        super().__init__(run)
        self.payloads = payloads
        self.is_checked = False
        """Whether the events that cannot be encoded are settled."""
        self.has_reopened = False
        """Whether the socket was opened anew for the event at `position`, which happens once."""
