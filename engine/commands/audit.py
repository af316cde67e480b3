"""The command that shows who changed what."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.commands.arguments import whole
from engine.commands.registry import command

if TYPE_CHECKING:
    from engine.core import Engine


@command()
def audit(engine: Engine, limit: int = 1_000) -> dict[str, Any]:
    """List the last commands that changed something: who, when, what, and what came of it; newest first."""
    entries = engine.audit.last(whole(limit, "limit"))
    return {"entries": [asdict(entry) for entry in entries], "dropped": engine.audit.dropped}
