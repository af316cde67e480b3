"""Raising one event many times, at once or at a rate: bounded, with progress, and stopped on request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.audit import acting
from engine.commands.arguments import invalid, registered_event, whole
from engine.commands.events import checked_event
from engine.commands.registry import command
from engine.errors import CommandError, RefusedError
from engine.event import Event

if TYPE_CHECKING:
    from engine.core import Engine

CHUNK_MAX = 512
"""Events that are raised in one go."""

TICK_S = 0.05
"""At a rate, events are raised this often."""


@dataclass(slots=True)
class Series:
    """One event on its way to being raised many times."""

    event: Event
    source: str
    """Who raises it, as the feed shows."""
    count: int
    rate: float | None
    """Events a second; None is as fast as members take them."""
    raised: int = 0
    is_stopped: bool = False
    failure: str = ""

    @property
    def is_running(self) -> bool:
        """Whether there is more to raise."""
        return self.raised < self.count and not self.is_stopped and not self.failure

    def progress(self) -> dict[str, Any]:
        """How far it is, ready for JSON."""
        return {
            "event": self.event.name,
            "count": self.count,
            "raised": self.raised,
            "running": self.is_running,
            "failure": self.failure,
        }


@command(changes=True)
def raise_series(
    engine: Engine, event: str, params: Any = None, count: int = 1, rate: float | None = None
) -> dict[str, Any]:
    """Raise an event `count` times, `rate` a second or as fast as it goes; `raise_limit` bounds both."""
    name = registered_event(engine, event)
    number, limit = whole(count, "count"), engine.settings.raise_limit
    if not 1 <= number <= limit:
        raise invalid(f"count: expected 1 to {limit} (raise_limit), found {number}")
    if rate is not None and not 0 < rate <= limit:
        raise invalid(f"rate: expected above 0 to {limit} a second (raise_limit), found {rate:g}")
    if engine.series is not None and engine.series.is_running:
        raise CommandError(409, "Busy", f"{engine.series.event.name} is being raised many times; stop that first")
    series = engine.series = Series(checked_event(name, params), acting(), number, rate)
    engine.tasks.spawn(_run(engine, series), f"raise {name} {number} times")
    return series.progress()


@command()
def series_limits(engine: Engine) -> dict[str, int]:
    """Tell how many events may be raised in one series, and how many a second (`raise_limit`)."""
    return {"count": engine.settings.raise_limit, "rate": engine.settings.raise_limit}


@command()
def series_progress(engine: Engine) -> dict[str, Any] | None:
    """Tell how far the last series of events is; nothing where there was none."""
    return None if engine.series is None else engine.series.progress()


@command(changes=True)
def stop_series(engine: Engine) -> dict[str, Any] | None:
    """Stop raising; what was raised stays raised."""
    if engine.series is not None:
        engine.series.is_stopped = True
    return None if engine.series is None else engine.series.progress()


async def _run(engine: Engine, series: Series) -> None:
    began = engine.clock.now()
    while series.is_running:
        chunk = min(series.count - series.raised, CHUNK_MAX, _due(series, engine.clock.now() - began))
        if chunk <= 0:
            await asyncio.sleep(TICK_S)
            continue
        try:
            await engine.raise_many([series.event] * chunk, series.source)
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
