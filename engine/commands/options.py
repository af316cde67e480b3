"""Commands that take the options of a subscription."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

from engine.commands.parameters import Free
from engine.options import OPTIONS, Option, SubscriptionOptions

F = TypeVar("F", bound=Callable[..., Any])


def with_options(function: F) -> F:
    """Declare each option as a parameter of a function that takes them as `**options`: what is absent is not chosen."""
    signature = inspect.signature(function, eval_str=True)
    own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    types = get_type_hints(SubscriptionOptions)
    options = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(option, types[name])
        )
        for name, option in OPTIONS.items()
    ]
    function.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    return function


def _annotation(option: Option, declared: Any) -> Any:
    """What a command takes for an option: the text of one with few values; a number, or `off` where it may be."""
    if option.can_be_off:
        return Free
    return str | None if option.choices else declared | None
