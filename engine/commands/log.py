"""The command that reads the log."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.commands.context import Context
from engine.commands.registry import Role, command


@command(Role.VIEW)
def log_since(context: Context, since: int = 0, limit: int = 1_000) -> list[dict[str, Any]]:
    """List the log's lines numbered `since` and later, the newest `limit` of them; passwords are masked."""
    return [asdict(line) for line in context.log.since(since, limit)]
