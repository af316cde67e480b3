"""The command that lists the events there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.catalogue import EventInfo
from engine.catalogue import catalogue as known_events
from engine.commands.context import Context
from engine.commands.registry import Role, command


@command(Role.VIEW, is_open=True)
def catalogue(context: Context) -> list[dict[str, Any]]:
    """List the events that may be raised, with their parameters."""
    known = known_events()
    return [_described(name, known.get(name)) for name in context.engine.event_ids]


def _described(name: str, info: EventInfo | None) -> dict[str, Any]:
    if info is None:
        return {"name": name, "module": "", "description": "", "params": [], "open_params": True}
    described = asdict(info)
    described["params"] = list(described["params"])
    return described
