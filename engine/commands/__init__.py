"""What an operator can do with an engine, one noun a file. `engine.commands.gate` is the way to call them."""

from engine.commands import (
    audit,
    changes,
    configuration,
    events,
    inspection,
    previews,
    probes,
    receivers,
    saves,
    series,
    sockets,
    subscriptions,
)

__all__ = [
    "audit",
    "changes",
    "configuration",
    "events",
    "inspection",
    "previews",
    "probes",
    "receivers",
    "saves",
    "series",
    "sockets",
    "subscriptions",
]
