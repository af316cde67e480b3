"""Where log lines go. Secrets are masked in every one of them, tracebacks included."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.address import mask_text

FILE_SIZE = 1_000_000
"""Bytes after which a log file is rotated; one older file is kept."""

OWN = ("engine", "tui")
"""Loggers whose information is worth a line; of others only warnings are."""


class MaskingFormatter(logging.Formatter):
    """Formats a record in one line and masks passwords in it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked."""
        return mask_text(super().format(record))


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
