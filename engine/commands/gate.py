"""One registry of what an operator can do: name, typed parameters, help, whether it changes anything, whether it asks.

The console's keys, its palette, the management interface and its help all read this table.
"""

from __future__ import annotations

import inspect
from typing import Any

from engine.commands.context import Context
from engine.commands.registry import COMMANDS, Command, command
from engine.errors import CommandError

__all__ = ["COMMANDS", "Command", "command", "execute"]


async def execute(context: Context, name: str, /, **parameters: Any) -> Any:
    """Carry out a command on the engine's own event loop. What changes something is noted in the audit trail.

    Raises:
        CommandError: unknown command, wrong parameters, or refused; the text says why.
    """
    found = COMMANDS.get(name)
    if found is None:
        raise CommandError(-32601, "Method not found", f"unknown command {name!r}")
    try:
        inspect.signature(found.function).bind(context, **parameters)
    except TypeError as error:
        raise CommandError(-32602, "Invalid params", str(error)) from error
    if not found.changes:
        return await _carried_out(found, context, parameters)
    try:
        result = await _carried_out(found, context, parameters)
    except BaseException as error:
        context.audit.add(
            context.engine.clock.wall(), name, parameters, f"refused: {str(error) or type(error).__name__}"
        )
        raise
    context.audit.add(context.engine.clock.wall(), name, parameters)
    return result


async def _carried_out(found: Command, context: Context, parameters: dict[str, Any]) -> Any:
    result = found.function(context, **parameters)
    return await result if inspect.isawaitable(result) else result
