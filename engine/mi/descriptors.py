"""How many file descriptors are left: MI must not use up those that the engine needs for its own targets."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

RESERVE_MAX = 256
"""Descriptors that are kept free at most; otherwise it is a quarter of what the process may have."""

COUNT_AGAIN_S = 0.1
"""Counting costs some microseconds for each descriptor, so it is not done for each connection of a flood."""


class Descriptors:
    """Counts the descriptors of this process against its limit (RLIMIT_NOFILE), which may change while it runs."""

    def __init__(self) -> None:
        self._used = 0
        self._counted_at = -COUNT_AGAIN_S
        self._limit = 0

    def note(self) -> None:
        """One more was taken."""
        self._used += 1

    def are_scarce(self) -> bool:
        """Whether the reserve is touched."""
        now = time.monotonic()
        if now - self._counted_at >= COUNT_AGAIN_S:
            self._counted_at = now
            self._limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            self._used = _used()
        if self._limit == resource.RLIM_INFINITY:
            return False
        return self._used >= self._limit - min(self._limit // 4, RESERVE_MAX)

    def told(self) -> str:
        """How many there are, in words."""
        return f"{self._used} of {self._limit} file descriptors are in use"


def _used() -> int:
    """Descriptors in use, or a lower bound where the system does not list them, or none is left for the list."""
    try:
        return sum(1 for _ in Path("/dev/fd").iterdir())
    except OSError:
        try:
            lowest_free = os.open(os.devnull, os.O_RDONLY)
        except OSError:
            return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        os.close(lowest_free)
        return lowest_free
