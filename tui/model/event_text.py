"""An event in short, as the feed shows it and as a filter looks at it."""

from __future__ import annotations

from engine.event import Event, Param
from tui.terminal.safe_text import clean

VALUE_MAX = 24
"""Cells of one parameter's value."""


def parameters(event: Event) -> str:
    """The parameters in short: `ip=192.0.2.11 count=3`."""
    return " ".join(_parameter(param) for param in event.params[:12])


def _parameter(param: Param) -> str:
    name, value = param
    text = clean("null" if value is None else str(value)[: 4 * VALUE_MAX])
    short = text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 1] + "…"
    return short if name is None else f"{clean(name)}={short}"
