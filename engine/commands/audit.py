"""The command that shows who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.commands.arguments import whole
from engine.commands.registry import command
from engine.view.answers import Trail

if TYPE_CHECKING:
    from engine.core import Engine


@command()
def audit(engine: Engine, limit: int = 1_000) -> Trail:
    """List the last commands that changed something: who, when, what, and what came of it; newest first."""
    return Trail(engine.audit.last(whole(limit, "limit")), engine.audit.dropped)
