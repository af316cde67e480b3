"""Where log lines go. Secrets are masked in every one of them, tracebacks included."""

from __future__ import annotations

import logging
import sys
from collections import deque
from dataclasses import dataclass
from itertools import islice
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.address import mask_text

FILE_SIZE = 1_000_000
"""Bytes after which a log file is rotated; one older file is kept."""

OWN = ("engine", "tui")
"""Loggers whose information is worth a line; of others only warnings are."""

KEPT_LINES = 2_000
"""Lines that can be looked at in a console."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log, masked. Further lines of a traceback are lines of their own."""

    number: int
    """Grows by one a line."""
    wall: float
    """Seconds since the epoch."""
    level: int
    """As `logging` counts: 20 information, 30 warning, 40 error."""
    logger: str
    text: str


class MaskingFormatter(logging.Formatter):
    """Formats a record in one line and masks passwords in it."""

    def __init__(self, form: str = "%(asctime)s %(levelname)-7s %(message)s") -> None:
        super().__init__(form)

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked."""
        return mask_text(super().format(record))


class LogRing(logging.Handler):
    """Keeps the last lines in memory. Any thread may log, and ask."""

    def __init__(self, capacity: int = KEPT_LINES) -> None:
        super().__init__()
        self.setFormatter(MaskingFormatter("%(message)s"))
        self._lines: deque[LogLine] = deque(maxlen=capacity)
        self._next = 1

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record; called with the handler's lock held."""
        try:
            text = self.format(record)
        except Exception:  # noqa: BLE001 - as every handler does: a line that cannot be formatted is told, never fatal
            self.handleError(record)
            return
        for part in text.splitlines() or [""]:
            self._lines.append(LogLine(self._next, record.created, record.levelno, record.name, part))
            self._next += 1

    def since(self, number: int, limit: int = KEPT_LINES) -> tuple[LogLine, ...]:
        """The lines numbered `number` and later, the newest `limit` of them, oldest first."""
        self.acquire()
        try:
            fresh = min(self._next - number, len(self._lines), limit)
            return tuple(islice(reversed(self._lines), fresh))[::-1] if fresh > 0 else ()
        finally:
            self.release()


def log_to_stderr() -> None:
    """One line on stderr for each thing worth saying."""
    _use(logging.StreamHandler(sys.stderr))


def log_to_file(path: Path) -> None:
    """The same, into a file of bounded size: for a console, whose screen is not for log lines.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _use(RotatingFileHandler(path, maxBytes=FILE_SIZE, backupCount=1, encoding="utf-8", errors="backslashreplace"))


def _use(handler: logging.Handler) -> None:
    handler.setFormatter(MaskingFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.INFO)
