"""The dispatcher of virtual event subscribers: it runs without a screen.

`Engine`, `Event` and `load_config` are here for programs that use it. They are loaded when they are first asked for, so
that importing a part of the engine loads that part alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.config import load_config
    from engine.core import Engine
    from engine.event import Event

__all__ = ["Engine", "Event", "load_config"]

_PLACES = {"Engine": "engine.core", "Event": "engine.event", "load_config": "engine.config"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
