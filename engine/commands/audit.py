"""The command that shows who changed what."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.commands.context import Context
from engine.commands.registry import Role, command


@command(Role.VIEW)
def audit(context: Context, limit: int = 1_000) -> dict[str, Any]:
    """List the last commands that changed something: who, when, what, and what came of it; newest first."""
    entries = context.audit.last(limit)
    return {"entries": [asdict(entry) for entry in entries], "dropped": context.audit.dropped}
