"""A clock that stands still until a test moves it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count


@dataclass(order=True)
class FakeTimer:
    """A call that is due at `when`."""

    when: float
    order: int
    callback: Callable[[], None] = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Take the call back."""
        self.is_cancelled = True


class FakeClock:
    """Time moves by `advance` alone, and timers fire on the way, in order."""

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._timers: list[FakeTimer] = []
        self._order = count()

    def now(self) -> float:
        """Monotonic seconds."""
        return self._now

    def wall(self) -> float:
        """Seconds since the epoch."""
        return 1_700_000_000.0 + self._now

    def call_at(self, when: float, callback: Callable[[], None]) -> FakeTimer:
        """Call `callback` when time reaches `when`."""
        timer = FakeTimer(when, next(self._order), callback)
        heapq.heappush(self._timers, timer)
        return timer

    @property
    def pending(self) -> int:
        """Timers that neither were called nor taken back."""
        return sum(not timer.is_cancelled for timer in self._timers)

    def advance(self, seconds: float) -> None:
        """Let time pass; timers that fall due are called at their own time."""
        until = self._now + seconds
        while self._timers and self._timers[0].when <= until:
            timer = heapq.heappop(self._timers)
            self._now = max(self._now, timer.when)
            if not timer.is_cancelled:
                timer.callback()
        self._now = until
