"""The command that reads the log."""

from __future__ import annotations

from engine.commands.context import Context
from engine.commands.registry import Role, command
from engine.log.handlers import LogLine


@command(Role.VIEW)
def log_since(context: Context, since: int = 0, limit: int = 1_000) -> tuple[LogLine, ...]:
    """List the log's lines numbered `since` and later, the newest `limit` of them; passwords are masked."""
    return tuple(context.log.since(since, limit))
