"""How many lines a log takes: a bucket that fills again, and a count of what it had no room for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

BURST = 200
"""Lines that may come at once."""

PER_S = 20.0
"""Lines a second that are taken for ever. At 100 bytes a line this is 170 MB a day."""

UNPACED = {"is_paced": True}
"""For `extra=`: whoever logs this has counted it already, so that it is never left out."""


class Allowance:
    """A bucket of tokens: full at first, `per_s` of them come back each second, up to `burst`."""

    def __init__(self, burst: int, per_s: float) -> None:
        self._burst = float(burst)
        self._per_s = per_s
        self._left = float(burst)
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """Whether there is a token, which is gone then. `now` is monotonic seconds."""
        if self._at is not None:
            self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Pace(logging.Filter):
    """Lets so many lines through, and counts the others. Errors have a bucket of their own.

    It is asked once a record, however many handlers it stands before: they all write the same lines.
    """

    def __init__(self, burst: int = BURST, per_s: float = PER_S, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._usual, self._errors = Allowance(burst, per_s), Allowance(burst, per_s)
        self._left_out = 0
        self._since = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is written."""
        is_taken: bool | None = getattr(record, "is_paced", None)
        if is_taken is None:
            now = self._now()
            is_taken = (self._errors if record.levelno >= logging.ERROR else self._usual).take(now)
            record.is_paced = is_taken
            if not is_taken:
                self._since = self._since if self._left_out else now
                self._left_out += 1
        return is_taken

    def told(self) -> str | None:
        """What was left out since the last call, in words; None when nothing was."""
        if not self._left_out:
            return None
        count, self._left_out = self._left_out, 0
        seconds = max(1, round(self._now() - self._since))
        what = "line was" if count == 1 else "lines were"
        return f"{count:,} {what} left out here within {seconds} s: too many came at once"
