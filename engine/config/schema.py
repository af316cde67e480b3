"""The whole configuration as one type, the transports' own options included; and its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import AliasChoices, BaseModel, Field, create_model

from engine.config.model import Section, Settings
from engine.transports.base import TransportOptions
from engine.transports.registry import load, schemes


def configuration_type(wanted: Iterable[str]) -> type[Settings]:
    """`Settings` whose `transports` takes the options of these transports, each checked by its own class.

    Raises:
        SwitchboardError: one of them cannot be loaded.
    """
    fields: dict[str, Any] = {scheme: _transport_field(load(scheme).Options) for scheme in wanted}
    transports = create_model("Transports", __base__=Section, **fields)
    description = Settings.model_fields["transports"].description
    field = (transports, Field(default_factory=transports, description=description))
    more: dict[str, Any] = {"transports": field}
    made: type[Settings] = create_model("Configuration", __base__=Settings, **more)
    return made


def plain_settings(checked: Settings) -> Settings:
    """The `Settings` of a checked configuration; its `transports` holds option objects by prefix."""
    values = {name: getattr(checked, name) for name in Settings.model_fields}
    transports = values["transports"]
    assert isinstance(transports, BaseModel)  # noqa: S101 - made by configuration_type
    options = {name: getattr(transports, name) for name in type(transports).model_fields}
    values["transports"] = {name: value for name, value in options.items() if value is not None}
    return Settings.model_construct(**values)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a configuration, for editors.

    Raises:
        SwitchboardError: a transport cannot be loaded.
    """
    schema = configuration_type(schemes()).model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Switchboard configuration"
    schema["description"] = "The configuration of Switchboard."
    for scheme in schemes():
        _add_aliases(schema, load(scheme).Options)
    for part in (schema, *schema["$defs"].values()):
        _allow_nothing(part)
    return schema


def _transport_field(options: type[TransportOptions]) -> tuple[Any, Any]:
    text = (options.__doc__ or "").strip().partition("\n")[0]
    return (options | None, Field(None, description=text))


def _add_aliases(schema: dict[str, Any], options: type[TransportOptions]) -> None:
    """pydantic puts only the first of several names into a schema."""
    properties = schema["$defs"][options.__name__]["properties"]
    for field in options.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            first, *others = (str(choice) for choice in field.validation_alias.choices)
            properties.update({other: properties[first] | {"deprecated": True} for other in others})


def _allow_nothing(part: dict[str, Any]) -> None:
    """An empty value stands for the default wherever there is one, as the checker takes it."""
    for name, value in part.get("properties", {}).items():
        kinds = value.get("anyOf", [])
        if name in part.get("required", []) or {"type": "null"} in kinds:
            continue
        details = {key: value.pop(key) for key in ("title", "description", "default") if key in value}
        choices = kinds if list(value) == ["anyOf"] else [dict(value)]
        value.clear()
        value.update(details | {"anyOf": [*choices, {"type": "null"}]})
