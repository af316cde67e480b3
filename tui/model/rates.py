"""Rates and their short past, made from counters."""

from __future__ import annotations

from collections import deque

from engine.view.snapshot import EngineSnapshot, Figures

WINDOW_S = 2.0
"""A rate is taken over this long, so that a slow stream does not flicker."""

KEPT = 300
"""Values of a trend, one a second."""

COUNTERS = Figures.__struct_fields__


class Trends:
    """Rates per second of an engine's counters."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Figures]] = deque(maxlen=64)
        self._noted_at: float | None = None
        self._past: dict[str, deque[float]] = {name: deque(maxlen=KEPT) for name in COUNTERS}

    def note(self, snapshot: EngineSnapshot) -> None:
        """Take a further snapshot in."""
        if self._seen and snapshot.figures.accepted < self._seen[-1][1].accepted:
            self._seen.clear()  # another engine answers now
        self._seen.append((snapshot.at, snapshot.figures))
        while len(self._seen) > 2 and snapshot.at - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()
        if self._noted_at is None or snapshot.at - self._noted_at >= 1.0:
            self._noted_at = snapshot.at
            for name, values in self._past.items():
                values.append(self.rate(name))

    def rate(self, counter: str) -> float:
        """How fast a counter of `Figures` grows, per second."""
        if len(self._seen) < 2:
            return 0.0
        (first_at, first), (last_at, last) = self._seen[0], self._seen[-1]
        grown: int = getattr(last, counter) - getattr(first, counter)
        return max(grown, 0) / max(last_at - first_at, 0.05)

    def past(self, counter: str) -> list[float]:
        """The rates of the last five minutes, one a second, the newest last."""
        return list(self._past[counter])
