"""The table of commands: everything that can be done with an engine, for the console, MI, and whatever door comes next.

A command is a function `(context, **parameters)`. Its name, its parameters with their kinds, and its help (the first
line of its docstring) are read from the function; the rest is said where it is registered.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.commands.parameters import Parameter, parameters_of


class Role(StrEnum):
    """What somebody must be allowed to, each including those before it."""

    VIEW = "view"
    """To look, and change nothing."""
    OPERATE = "operate"
    """To raise events, and to change who hears them while the engine runs."""
    ADMIN = "admin"
    """To change what outlives the engine, and to have receivers misbehave."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    name: str
    help: str
    parameters: tuple[Parameter, ...]
    role: Role
    asks: bool
    """Whether a person is asked before it is carried out."""
    is_open: bool
    """Whether a door without a login, as MI is, offers it to everyone; others only where the configuration says so."""
    is_counted: bool
    """Whether the audit trail has a count of it instead of an entry each time; its function counts then."""
    aliases: tuple[str, ...]
    """Shorter names that MI has for it, too."""
    function: Callable[..., Any]

    @property
    def changes(self) -> bool:
        """Whether it alters anything."""
        return self.role is not Role.VIEW


COMMANDS: dict[str, Command] = {}


def command(
    role: Role,
    *,
    asks: bool = False,
    is_open: bool = False,
    is_counted: bool = False,
    aliases: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a command."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        text = (inspect.getdoc(function) or "").partition("\n")[0]
        parameters = parameters_of(function)
        COMMANDS[name] = Command(name, text, parameters, role, asks, is_open, is_counted, aliases, function)
        return function

    return register
