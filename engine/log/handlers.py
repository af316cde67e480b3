"""Where log lines go. Each is made harmless, tracebacks included, and their rate is bounded.

Whatever handler is attached here writes what `engine.log.printable` lets through: nothing that a peer or a file said
steers the terminal, looks like another line, or tells a password.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import deque
from copy import copy
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import cast

from engine.bounds import Count, Wall
from engine.log.printable import printable
from engine.log.rate import UNPACED, Pace

FILE_SIZE = 1_000_000
"""Bytes after which a log file is rotated; one older file is kept."""

FILE_MODE = 0o600
"""A log names hosts, logins and what was done by whom: it is its owner's."""

OWN = ("engine", "tui")
"""Loggers whose information is worth a line; of others only warnings are."""

KEPT_LINES = 2_000
"""Lines that can be looked at in a console."""

CONTINUED = "  | "
"""Begins each further line of a record, as of a traceback: no text of a peer's looks like a line of its own."""

_log = logging.getLogger(__name__)
_pace = Pace()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log, masked. Further lines of a traceback are lines of their own."""

    number: Count
    """Grows by one a line."""
    wall: Wall
    """Seconds since the epoch."""
    level: Count
    """As `logging` counts: 20 information, 30 warning, 40 error."""
    logger: str
    text: str


class MaskingFormatter(logging.Formatter):
    """Formats a record: its message on one line, passwords masked, and a traceback on marked lines below it."""

    def __init__(self, form: str = "%(asctime)s %(levelname)-7s %(message)s") -> None:
        super().__init__(form)

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record, harmless."""
        shown = copy(record)
        shown.msg, shown.args = printable(_message(record)), None
        first, *further = super().format(shown).split("\n")
        return "\n".join([first, *(CONTINUED + printable(line) for line in further)])


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
        for part in text.split("\n"):
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

    Only its owner may read it, whatever mode an older one has.

    Raises:
        OSError: the file cannot be written, or is somebody else's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _use(_PrivateFile(path, maxBytes=FILE_SIZE, backupCount=1, encoding="utf-8", errors="backslashreplace"))


def attach(handler: logging.Handler) -> None:
    """Have a handler get every line that the log has room for."""
    handler.addFilter(_pace)
    logging.getLogger().addHandler(handler)


def detach(handler: logging.Handler) -> None:
    """Have it get no more. Harmless where it was not attached."""
    logging.getLogger().removeHandler(handler)
    handler.removeFilter(_pace)


def tell_left_out() -> None:
    """Log how many lines there was no room for, if any; to be called now and then, and at the end."""
    text = _pace.told()
    if text is not None:
        _log.warning("%s", text, extra=UNPACED)


class _PrivateFile(RotatingFileHandler):
    """A rotated file that is its owner's alone."""

    def _open(self) -> TextIOWrapper:
        older = Path(f"{self.baseFilename}.1")
        if older.exists():
            older.chmod(FILE_MODE)
        # Path.open takes no opener. An older mode is narrowed before a line is written.
        file = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=_opened_privately
        )
        return cast("TextIOWrapper", file)


def _opened_privately(name: str, flags: int) -> int:
    descriptor = os.open(name, flags, FILE_MODE)
    try:
        os.fchmod(descriptor, FILE_MODE)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - whatever an argument's own code raises: told in place of the line
        return f"a line of {record.name} that cannot be formatted ({type(error).__name__}): {record.msg}"


def _use(handler: logging.Handler) -> None:
    handler.setFormatter(MaskingFormatter())
    attach(handler)
    # A handler that cannot write would print the record as it is to stderr, past every mask.
    logging.raiseExceptions = False
    logging.getLogger().setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.INFO)
