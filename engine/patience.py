"""How long the fast wait for the slow, when events are raised in bulk."""

from __future__ import annotations

PATIENCE_MAX_S = 0.25
"""As long as this is waited at a stretch for a member that has no room while others have."""

SHARE = 0.08
"""In the long run this share of the time is spent on waiting, so the others keep nearly all of their throughput."""


class Patience:
    """A little time that is spent on waiting and comes back slowly. Times are monotonic seconds."""

    __slots__ = ("_at", "_left")

    def __init__(self, now: float) -> None:
        self._left = PATIENCE_MAX_S
        self._at = now

    def is_left(self, now: float) -> bool:
        """Whether it is worth waiting any more."""
        return self._grown(now) > 0

    def spend(self, seconds: float, now: float) -> None:
        """So long was waited."""
        self._left = self._grown(now) - seconds
        self._at = now

    def _grown(self, now: float) -> float:
        return min(PATIENCE_MAX_S, self._left + SHARE * (now - self._at))
