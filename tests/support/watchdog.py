"""A watchdog: how long, and how often, an event loop was held while something went on."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType


class Watchdog:
    """Asks for a turn of the loop again and again while it is in force (`with`), and measures the gaps between two.

    A gap is what anything else on the loop would have waited. The collector's looks and other processes are in it, so
    tests compare gaps with `whole_s`, or count `turns`; only benchmarks print seconds.
    """

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.longest_busy_s = 0.0
        """The same in processor time of the loop's thread, which does not count the time that others had it."""
        self.whole_s = 0.0
        self.turns = 0
        """Turns that others could have had."""
        self._began = self._last = self._last_busy = 0.0
        self._handle: asyncio.Handle | None = None

    def __enter__(self) -> Watchdog:
        self._began = self._last = time.perf_counter()
        self._last_busy = time.thread_time()
        self._handle = asyncio.get_running_loop().call_soon(self._turn)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._note()
        self.whole_s = self._last - self._began
        if self._handle is not None:
            self._handle.cancel()

    @property
    def share(self) -> float:
        """The longest gap as a part of the whole time."""
        return self.longest_s / self.whole_s if self.whole_s else 1.0

    def _turn(self) -> None:
        self._note()
        self.turns += 1
        self._handle = asyncio.get_running_loop().call_soon(self._turn)

    def _note(self) -> None:
        now, busy = time.perf_counter(), time.thread_time()
        self.longest_s = max(self.longest_s, now - self._last)
        self.longest_busy_s = max(self.longest_busy_s, busy - self._last_busy)
        self._last, self._last_busy = now, busy
