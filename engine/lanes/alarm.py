"""One call in the future, made anew as often as wanted."""

from __future__ import annotations

from collections.abc import Callable

from engine.clock import Clock, Timer


class Alarm:
    """Calls `ring` at the earliest of the moments it was set to, and is off after that. Times are monotonic seconds."""

    __slots__ = ("_at", "_clock", "_ring", "_timer")

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._timer: Timer | None = None
        self._at = 0.0

    @property
    def is_set(self) -> bool:
        """Whether it will ring."""
        return self._timer is not None

    def set(self, when: float) -> None:
        """Ring at `when`, unless it rings before that anyway."""
        if self._timer is not None and self._at <= when:
            return
        self.stop()
        self._at = when
        self._timer = self._clock.call_at(when, self._rings)

    def stop(self) -> None:
        """Do not ring."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _rings(self) -> None:
        self._timer = None
        self._ring()
