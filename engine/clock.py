"""The clock that is injected wherever time matters, so that tests decide what time it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A call that is due later and can be taken back."""

    def cancel(self) -> None:
        """Take the call back; harmless when it has happened already."""


class Clock(Protocol):
    """Monotonic seconds for decisions, wall-clock seconds for people, and timers."""

    def now(self) -> float:
        """Monotonic seconds; only differences mean anything."""

    def wall(self) -> float:
        """Seconds since the epoch, for display and for files."""

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` when `now()` has reached `when`."""


class SystemClock:
    """The real time. Timers belong to the running event loop."""

    now = staticmethod(time.monotonic)
    wall = staticmethod(time.time)

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` at `when`, on the event loop that is running now."""
        loop = asyncio.get_running_loop()
        return loop.call_at(loop.time() + (when - self.now()), callback)
