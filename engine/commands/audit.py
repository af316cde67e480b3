"""The command that shows who changed what."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.commands.arguments import whole
from engine.commands.context import Context
from engine.commands.registry import command


@command()
def audit(context: Context, limit: int = 1_000) -> dict[str, Any]:
    """List the last commands that changed something: who, when, what, and what came of it; newest first."""
    entries = context.audit.last(whole(limit, "limit"))
    return {"entries": [asdict(entry) for entry in entries], "dropped": context.audit.dropped}
