"""The command that tells the configuration in force, for the record: with every secret masked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel

from engine.address import MASK, mask_text
from engine.commands.context import Context
from engine.commands.registry import Role, command

_SECRETS = ("password", "secret", "token")


@command(Role.VIEW)
def configuration(context: Context) -> dict[str, Any]:
    """Tell the configuration in force, secrets masked."""
    return {
        name: plain(getattr(context.engine.settings, name), name) for name in type(context.engine.settings).model_fields
    }


def plain(value: Any, name: str = "") -> Any:
    """A value that JSON can hold. What is named like a secret is one."""
    if value and any(word in name for word in _SECRETS):
        return MASK
    match value:
        case BaseModel():
            return {key: plain(getattr(value, key), key) for key in type(value).model_fields}
        case Mapping():
            return {str(key): plain(item, str(key)) for key, item in value.items()}
        case Enum():
            return value.value
        case str():
            return mask_text(value)
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return mask_text(str(value))
