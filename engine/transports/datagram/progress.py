"""A run on its way through a datagram socket."""

from __future__ import annotations

from dataclasses import dataclass

from engine.run import Outcome, Run
from engine.wire.payloads import Payloads


@dataclass(slots=True, eq=False)
class Sending:
    """A run on its way: everything before `position` was sent and settled."""

    run: Run
    payloads: Payloads
    position: int = 0
    is_checked: bool = False
    """Whether the events that cannot be encoded are settled."""
    taken_back: Outcome | None = None
    """How what is left of it ends, as it is wanted back."""
    has_reopened: bool = False
    """Whether the socket was opened anew for the event at `position`, which happens once."""
