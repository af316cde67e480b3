"""One registry of what an operator can do: name, typed parameters, help, whether it changes anything, whether it asks.

The console's keys, its palette, the management interface and its help all read this table.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from engine.errors import CommandError
from engine.operations.registry import COMMANDS, Command, command

if TYPE_CHECKING:
    from engine.core import Engine

__all__ = ["COMMANDS", "Command", "command", "execute"]


async def execute(engine: Engine, name: str, /, **parameters: Any) -> Any:
    """Carry out a command on the engine's own event loop.

    Raises:
        CommandError: unknown command, wrong parameters, or refused; the text says why.
    """
    found = COMMANDS.get(name)
    if found is None:
        raise CommandError(-32601, "Method not found", f"unknown command {name!r}")
    try:
        inspect.signature(found.function).bind(engine, **parameters)
    except TypeError as error:
        raise CommandError(-32602, "Invalid params", str(error)) from error
    result = found.function(engine, **parameters)
    return await result if inspect.isawaitable(result) else result
