"""The parameters of an event as commands take them: a mapping, a list of values, or a list of [name, value] pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import CommandError, EventError
from engine.event import Param, checked_params


def event_params(given: Any) -> tuple[Param, ...]:
    """What an event holds of it. Names may repeat in a list of pairs.

    Raises:
        CommandError: 400; it is no such thing, or a value is none that an event can hold.
    """
    try:
        return checked_params(given if isinstance(given, Mapping) else _items(given))
    except EventError as error:
        raise CommandError(400, "Bad Params", str(error)) from None


def _items(given: Any) -> list[Any]:
    if not isinstance(given, list | tuple):
        raise CommandError(400, "Bad Params", f"expected a mapping or a list, found {type(given).__name__}")
    return [_item(position, item) for position, item in enumerate(given, 1)]


def _item(position: int, item: Any) -> Any:
    """A pair that came as JSON is a list; an event takes tuples for pairs."""
    if not isinstance(item, list | tuple):
        return item
    if len(item) != 2:
        raise CommandError(
            400, "Bad Params", f"parameter {position}: expected a name and a value, found {len(item)} items"
        )
    return tuple(item)
