"""What an operator can do with an engine, one noun a file. `engine.commands.gate` is the way to call them."""

from engine.commands import (
    audit,
    catalogue,
    changes,
    configuration,
    events,
    inspection,
    log,
    previews,
    probes,
    receivers,
    saves,
    series,
    sockets,
    status,
    subscriptions,
)

__all__ = [
    "audit",
    "catalogue",
    "changes",
    "configuration",
    "events",
    "inspection",
    "log",
    "previews",
    "probes",
    "receivers",
    "saves",
    "series",
    "sockets",
    "status",
    "subscriptions",
]
