"""An event: a name and its parameters, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from engine.errors import EventError

NAME_MAX = 64
"""Longest event name, in characters (docs/event-interface.md, 1.1)."""

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
"""Integers are signed and have 32 bits (docs/event-interface.md, 1.1)."""

Value: TypeAlias = str | int | None
Param: TypeAlias = tuple[str | None, Value]


class Event:
    """A named notification and its parameters. Treat it as immutable: every subscriber is shown the same one.

    `params` holds (name, value) pairs in order; names may repeat. Whether the event is *named* or *positional* is
    decided by its first parameter alone (docs/event-interface.md, 1.1). Strings that were not UTF-8 carry their
    bytes as lone surrogates (`surrogateescape`), so that they leave as they came.

    The constructor trusts its caller, because it stands on the hot path; `Event.checked` is for what
    comes from outside.
    """

    __slots__ = ("name", "params")

    def __init__(self, name: str, params: tuple[Param, ...] = ()) -> None:
        self.name = name
        self.params = params

    @classmethod
    def checked(cls, name: str, params: Mapping[str, Value] | Iterable[Param | Value] = ()) -> Event:
        """An event made of untrusted parts.

        Args:
            name: the event's name, 1 to 64 characters.
            params: a mapping for named parameters, or an iterable of (name, value) pairs or of bare values.

        Raises:
            EventError: when name or values are not what an event can hold.
        """
        if not isinstance(name, str) or not name:
            raise EventError("an event needs a name")
        if len(name) > NAME_MAX:
            raise EventError(f"an event name has at most {NAME_MAX} characters, this one has {len(name)}")
        return cls(name, checked_params(params))

    @property
    def is_positional(self) -> bool:
        """Whether the parameters are a list: true when the first one has no name."""
        return bool(self.params) and self.params[0][0] is None

    @property
    def values(self) -> list[Value]:
        """The values alone, in order."""
        return [value for _, value in self.params]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return self.name == other.name and self.params == other.params

    def __hash__(self) -> int:
        return hash((self.name, self.params))

    def __repr__(self) -> str:
        return f"Event({self.name!r}, {self.params!r})"


def checked_params(params: Mapping[str, Value] | Iterable[Param | Value]) -> tuple[Param, ...]:
    """Parameters made of untrusted parts: a mapping, or an iterable of (name, value) pairs or of bare values.

    Raises:
        EventError: when names or values are not what an event can hold.
    """
    items: Iterable[Param | Value] = params.items() if isinstance(params, Mapping) else params
    return tuple(_checked_param(position, item) for position, item in enumerate(items, 1))


def _checked_param(position: int, item: Param | Value) -> Param:
    if isinstance(item, tuple) and len(item) != 2:
        raise EventError(f"parameter {position}: expected a name and a value, found {len(item)} items")
    name, value = item if isinstance(item, tuple) else (None, item)
    label = f"parameter {position}" if name is None else f"parameter {name!r}"
    if name is not None and not isinstance(name, str):
        raise EventError(f"parameter {position}: a name is a string, not {type(name).__name__}")
    if value is None or isinstance(value, str):
        return name, value
    if isinstance(value, bool) or not isinstance(value, int):
        raise EventError(f"{label}: a value is a string, a 32-bit integer or null, not {type(value).__name__}")
    if not INT_MIN <= value <= INT_MAX:
        raise EventError(f"{label}: {value} does not fit a 32-bit integer")
    return name, value
