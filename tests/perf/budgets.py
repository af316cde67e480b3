"""What an event may cost on its way, counted by the interpreter: calls and memory, not microseconds.

Everything that a run of 512 events shares is divided by 512. So a call that comes back for each event shows as one
more, and a figure below one says that there is none. A budget is what was counted and some air for runs that the
kernel cuts differently; when a change makes the count fall, lower the budget with it.
"""

from __future__ import annotations

from typing import NamedTuple


class Budget(NamedTuple):
    """The most that one event may cost."""

    python_calls: float
    """Calls of functions in Python, on the engine's thread. The encoder's are none."""
    c_calls: float
    """Calls of functions in C that Python code makes; one is the encoder's (orjson) for each event."""
    held_blocks: float
    """Blocks of memory that stay in use for each event, once the feed is full."""
    peak_bytes: float
    """The most memory that a run needs at a time, for each of its events."""


# With its one connection, xmlrpc has a call under way at a time: what others share over a run, each of its events pays.
BUDGETS: dict[str, Budget] = {
    "PARALLEL udp": Budget(0.8, 1.8, 0.5, 440),
    "ROUND-ROBIN udp": Budget(0.9, 1.8, 0.5, 410),
    "FAILOVER udp": Budget(0.6, 1.6, 0.5, 440),
    "PARALLEL tcp": Budget(0.8, 1.8, 0.5, 520),
    "ROUND-ROBIN tcp": Budget(0.9, 1.8, 0.5, 520),
    "FAILOVER tcp": Budget(0.6, 1.6, 0.5, 520),
    "sync tcp": Budget(2.8, 7.8, 0.5, 860),
    "xmlrpc": Budget(135, 106, 0.5, 980),
    "flatstore": Budget(0.7, 1.7, 0.9, 220),
}
