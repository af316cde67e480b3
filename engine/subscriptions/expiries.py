"""When subscriptions end by themselves: one timer for all of them, and many that end together end in slices."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

from engine.clock import Clock, Timer
from engine.slices import SLICE_S

STALE_MAX = 64
"""Moments that count no more are dropped when there are so many of them, and more than of those that do."""


class Expiries:
    """Calls `expired` with each key at its moment, or a little later where many have the same."""

    def __init__(self, clock: Clock, expired: Callable[[str], None]) -> None:
        self._clock = clock
        self._expired = expired
        self._moments: dict[str, float] = {}
        self._heap: list[tuple[float, int, str]] = []
        self._order = count()
        self._timer: Timer | None = None
        self._wakes_at = 0.0

    def set(self, key: str, moment: float) -> None:
        """Have `key` expire at `moment` (monotonic seconds), and at no other."""
        self._moments[key] = moment
        heapq.heappush(self._heap, (moment, next(self._order), key))
        if len(self._heap) > STALE_MAX + 2 * len(self._moments):
            self._heap = [entry for entry in self._heap if self._moments.get(entry[2]) == entry[0]]
            heapq.heapify(self._heap)
        self._wake_at(self._heap[0][0])

    def forget(self, key: str) -> None:
        """Let `key` stay."""
        if self._moments.pop(key, None) is not None and not self._moments:
            self._heap.clear()
            self._stop()

    def _wake_at(self, moment: float) -> None:
        if self._timer is not None:
            if self._wakes_at <= moment:
                return
            self._timer.cancel()
        self._wakes_at = moment
        self._timer = self._clock.call_at(moment, self._woken)

    def _woken(self) -> None:
        """End those whose moment has come, for a slice at most; the others in the next turns."""
        self._timer = None
        began = self._clock.now()
        now = began
        while self._heap and self._heap[0][0] <= began and now < began + SLICE_S:
            moment, _, key = heapq.heappop(self._heap)
            if self._moments.get(key) == moment:
                del self._moments[key]
                self._expired(key)
                now = self._clock.now()
        if self._moments and self._heap:
            self._wake_at(max(self._heap[0][0], now))
        else:
            self._heap.clear()
            self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
