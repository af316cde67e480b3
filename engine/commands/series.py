"""Raising one event many times, at once or at a rate: bounded, with progress, and stopped on request."""

from __future__ import annotations

import asyncio
from typing import Any

from engine.audit import acting
from engine.commands.arguments import invalid, registered_event, whole
from engine.commands.context import Context
from engine.commands.event_series import Series
from engine.commands.parameters import EventParams
from engine.commands.registry import Role, command
from engine.core import Engine
from engine.errors import CommandError, RefusedError
from engine.event import Event

CHUNK_MAX = 512
"""Events that are raised in one go."""

TICK_S = 0.05
"""At a rate, events are raised this often."""


@command(Role.OPERATE)
def raise_series(
    context: Context, event: str, params: EventParams | None = None, count: int = 1, rate: float | None = None
) -> dict[str, Any]:
    """Raise an event `count` times, `rate` a second or as fast as it goes; `raise_limit` bounds both."""
    engine = context.engine
    name = registered_event(engine, event)
    number, limit = whole(count, "count"), engine.settings.raise_limit
    if not 1 <= number <= limit:
        raise invalid(f"count: expected 1 to {limit} (raise_limit), found {number}")
    if rate is not None and not 0 < rate <= limit:
        raise invalid(f"rate: expected above 0 to {limit} a second (raise_limit), found {rate:g}")
    if context.series is not None and context.series.is_running:
        raise CommandError(409, "Busy", f"{context.series.event.name} is being raised many times; stop that first")
    series = context.series = Series(Event(name, params or ()), number, rate)
    engine.tasks.spawn(_run(engine, series, acting()), f"raise {name} {number} times")
    return series.progress()


@command(Role.VIEW, is_open=True)
def series_limits(context: Context) -> dict[str, int]:
    """Tell how many events may be raised in one series, and how many a second (`raise_limit`)."""
    return {"count": context.engine.settings.raise_limit, "rate": context.engine.settings.raise_limit}


@command(Role.VIEW, is_open=True)
def series_progress(context: Context) -> dict[str, Any] | None:
    """Tell how far the last series of events is; nothing where there was none."""
    return None if context.series is None else context.series.progress()


@command(Role.OPERATE)
def stop_series(context: Context) -> dict[str, Any] | None:
    """Stop raising; what was raised stays raised."""
    if context.series is not None:
        context.series.is_stopped = True
    return None if context.series is None else context.series.progress()


async def _run(engine: Engine, series: Series, raiser: str) -> None:
    began = engine.clock.now()
    while series.is_running:
        if engine.is_stopping:
            series.is_stopped = True
            return
        chunk = min(series.count - series.raised, CHUNK_MAX, _due(series, engine.clock.now() - began))
        if chunk <= 0:
            await asyncio.sleep(TICK_S)
            continue
        try:
            await engine.raise_many([series.event] * chunk, raiser)
        except RefusedError as error:
            series.raised += error.taken
            series.failure = str(error)
            return
        series.raised += chunk


def _due(series: Series, passed: float) -> int:
    """How many events are to be raised now."""
    if series.rate is None:
        return CHUNK_MAX
    return int(passed * series.rate) + 1 - series.raised
