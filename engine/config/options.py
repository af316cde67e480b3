"""The options of subscriptions as fields of the configuration's types."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BeforeValidator, Field

from engine.options import OPTIONS, SubscriptionOptions


def entry_fields() -> dict[str, Any]:
    """For an entry of `subscriptions`. What has a setting for all is None where the entry says nothing of it."""
    return {
        name: (_type_of(name), Field(_default(name), description=option.entry))
        if option.overall is None
        else (_type_of(name) | None, Field(None, description=option.entry))
        for name, option in OPTIONS.items()
    }


def overall_fields() -> dict[str, Any]:
    """For all subscriptions."""
    return {
        name: (_type_of(name), Field(_default(name), description=option.overall))
        for name, option in OPTIONS.items()
        if option.overall is not None
    }


def _default(name: str) -> Any:
    return next(field.default for field in fields(SubscriptionOptions) if field.name == name)


def _type_of(name: str) -> Any:
    """The type with its bounds and words."""
    option = OPTIONS[name]
    plain: Any = get_type_hints(SubscriptionOptions)[name]
    if option.at_least is None and option.above is None:
        return plain
    bounded = Annotated[plain, Field(ge=option.at_least, gt=option.above)]
    if not option.can_be_off:
        return bounded
    written: Any = plain | Literal["off"]
    return Annotated[bounded, BeforeValidator(_off_is_zero, json_schema_input_type=written)]


def _off_is_zero(value: object) -> object:
    """`off` is a word of YAML for false."""
    return 0 if value is False or value == "off" else value
