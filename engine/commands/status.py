"""The command that tells what the engine looks like."""

from __future__ import annotations

from engine.commands.context import Context
from engine.commands.registry import Role, command
from engine.view.snapshot import EngineSnapshot


@command(Role.VIEW, is_open=True)
async def status(context: Context) -> EngineSnapshot:
    """Show every subscription and member: state, counters, last error. Times are seconds of the engine's own clock."""
    return await context.look()
