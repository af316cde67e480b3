"""The table of commands, and the decorator that fills it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


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
    """Register a function `(context, **parameters)`; its docstring's first line is the help text."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        parameters = tuple(inspect.signature(function, eval_str=False).parameters.values())[1:]
        text = (inspect.getdoc(function) or "").partition("\n")[0]
        COMMANDS[name] = Command(name, text, parameters, changes, asks, function)
        return function

    return register
