"""The command that tells the configuration in force, for the record: with every secret masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel

from engine.address import MASK, mask_text
from engine.commands.context import Context
from engine.commands.registry import Role, command
from engine.slices import Steps

_SECRETS = ("password", "secret", "token")


@command(Role.VIEW)
async def configuration(context: Context) -> dict[str, Any]:
    """Tell the configuration in force, secrets masked."""
    told: dict[str, Any] = await context.engine.slices.run(plain(context.engine.settings))
    return told


def plain(value: Any, name: str = "") -> Steps[Any]:
    """A value that JSON can hold. What is named like a secret is one."""
    yield
    if value and any(word in name for word in _SECRETS):
        return MASK
    match value:
        case BaseModel():
            return (yield from _members((key, getattr(value, key)) for key in type(value).model_fields))
        case Mapping():
            return (yield from _members((str(key), item) for key, item in value.items()))
        case Enum():
            return value.value
        case str():
            return mask_text(value)
        case list() | tuple() | set() | frozenset():
            items: list[Any] = []
            for item in value:
                shown = yield from plain(item)
                items.append(shown)
            return items
        case bool() | int() | float() | None:
            return value
        case _:
            return mask_text(str(value))


def _members(pairs: Iterable[tuple[str, Any]]) -> Steps[dict[str, Any]]:
    members = {}
    for name, value in pairs:
        members[name] = yield from plain(value, name)
    return members
