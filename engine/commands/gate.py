"""The one way to carry out a command, whichever door it comes through: checked, and noted in the audit trail."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine.commands.context import Context
from engine.commands.parameters import converted
from engine.commands.registry import COMMANDS, Command
from engine.errors import CommandError


async def execute(context: Context, name: str, /, **parameters: Any) -> Any:
    """Carry out a command on the engine's own event loop. What changes something is noted in the audit trail.

    Raises:
        CommandError: unknown command, wrong parameters, or refused; the text says why.
    """
    found = COMMANDS.get(name)
    if found is None:
        raise CommandError(-32601, "Method not found", f"unknown command {name!r}")
    with noted(context, found, parameters):
        return await carried_out(context, found, converted(found.parameters, parameters))


@contextmanager
def noted(context: Context, found: Command, given: Mapping[str, Any]) -> Iterator[None]:
    """Note in the audit trail what becomes of a command that is carried out inside, if it changes anything."""
    if not found.changes or found.is_counted:
        yield
        return
    try:
        yield
    except BaseException as error:
        reason = str(error) or type(error).__name__
        context.audit.add(context.engine.clock.wall(), found.name, given, f"refused: {reason}")
        raise
    context.audit.add(context.engine.clock.wall(), found.name, given)


async def carried_out(context: Context, found: Command, values: Mapping[str, Any]) -> Any:
    """The answer of a command to values that are converted; to be called where it is noted.

    Raises:
        CommandError: it is refused; the text says why.
    """
    result = found.function(context, **values)
    return await result if inspect.isawaitable(result) else result
