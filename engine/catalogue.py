"""The events that OpenSIPS is known to raise, with their parameters: for pick lists, forms and demos.

The engine takes any event; the catalogue only knows what usually comes. It is read on first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from engine.event import Event, Param

ParamType = Literal["string", "int"]
TYPES: tuple[ParamType, ...] = ("string", "int")


@dataclass(frozen=True, slots=True)
class ParamInfo:
    """One parameter of a known event.

    `optional`: it may be missing or null. `values`: all it can be; empty when anything can be. `example` is a plausible
    value, or None where there is none that means anything.
    """

    name: str
    type: ParamType
    optional: bool = False
    values: tuple[str | int, ...] = ()
    example: str | int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EventInfo:
    """One known event. `params` are in the order in which they are sent.

    `open_params`: the raiser may add parameters of its own. `since` is the OpenSIPS version that brought the event,
    when it is newer than 3.6.
    """

    name: str
    module: str
    description: str
    params: tuple[ParamInfo, ...] = ()
    open_params: bool = False
    note: str | None = None
    since: str | None = None


@cache
def catalogue() -> Mapping[str, EventInfo]:
    """Every known event by its name, in the order of the catalogue."""
    import yaml  # noqa: PLC0415 - a program that never looks at the catalogue does not pay for it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("engine").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    events: dict[str, dict[str, Any]] = yaml.load(text, Loader=loader)["events"]  # noqa: S506 - a safe loader, either way
    return MappingProxyType({name: _event_info(name, entry) for name, entry in events.items()})


def sample_event(info: EventInfo) -> Event:
    """An event as OpenSIPS might raise it, with the example values; parameters without an example are left out."""
    params: tuple[Param, ...] = tuple(
        (param.name, param.example) for param in info.params if param.example is not None or not param.optional
    )
    return Event(info.name, params)


def _event_info(name: str, entry: Mapping[str, Any]) -> EventInfo:
    return EventInfo(
        name=name,
        module=entry["module"],
        description=entry["description"],
        params=tuple(_param_info(param, details) for param, details in entry["params"].items()),
        open_params=entry.get("open_params", False),
        note=entry.get("note"),
        since=entry.get("since"),
    )


def _param_info(name: str, details: Mapping[str, Any]) -> ParamInfo:
    kind = next(each for each in TYPES if each in details)
    return ParamInfo(
        name=name,
        type=kind,
        optional=details.get("optional", False),
        values=tuple(details.get("values", ())),
        example=details[kind],
        note=details.get("note"),
    )
