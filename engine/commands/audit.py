"""The command that shows who changed what."""

from __future__ import annotations

from engine.commands.context import Context
from engine.commands.registry import Role, command
from engine.view.answers import Trail


@command(Role.VIEW)
def audit(context: Context, limit: int = 1_000) -> Trail:
    """List the last commands that changed something: who, when, what, and what came of it; newest first."""
    return Trail(context.audit.last(limit), context.audit.dropped)
