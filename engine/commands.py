"""One registry of what an operator can do: name, typed parameters, help, whether it changes anything, whether it asks.

The console's keys, its palette, the management interface and its help all read this table.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import CommandError

if TYPE_CHECKING:
    from engine.core import Engine


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `changes`: it alters the engine. `asks`: a person is asked before it is carried out."""

    name: str
    help: str
    parameters: tuple[inspect.Parameter, ...]
    changes: bool
    asks: bool
    function: Callable[..., Any]


COMMANDS: dict[str, Command] = {}


def command(*, changes: bool = False, asks: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function `(engine, **parameters)`; its docstring's first line is the help text."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        parameters = tuple(inspect.signature(function, eval_str=False).parameters.values())[1:]
        text = (inspect.getdoc(function) or "").partition("\n")[0]
        COMMANDS[name] = Command(name, text, parameters, changes, asks, function)
        return function

    return register


async def execute(engine: Engine, name: str, **parameters: Any) -> Any:
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
