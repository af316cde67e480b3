"""The line of one entry of the log."""

from __future__ import annotations

import logging

from engine.log.handlers import LogLine
from tui.render import figures
from tui.render.line import Line, Part, Role, cell, fitted
from tui.terminal.safe_text import clean

LEVELS: tuple[tuple[int, str], ...] = (
    (logging.NOTSET, "everything"),
    (logging.INFO, "information and worse"),
    (logging.WARNING, "warnings and worse"),
    (logging.ERROR, "errors"),
)
"""What can be chosen, from the least level on."""

_LOOKS: tuple[tuple[int, str, Role], ...] = (
    (logging.ERROR, "✖ error", "bad"),
    (logging.WARNING, "▲ warning", "warn"),
    (logging.INFO, "  info", "plain"),
    (logging.NOTSET, "  detail", "faint"),
)


def log_line(entry: LogLine, width: int, shift: int = 0) -> Line:
    """When, how bad, what; the level is a sign and a word. `shift`: signs of the text that lie left of the view."""
    word, role = next((word, role) for level, word, role in _LOOKS if entry.level >= level)
    return fitted(
        (
            Part(f" {figures.clock_ms(entry.wall)}  ", "faint"),
            cell(word, 11, role),
            Part(clean(entry.text)[shift:], role if role != "plain" else "plain"),
        ),
        width,
    )


def is_wanted(entry: LogLine, level: int, text: str) -> bool:
    """Whether an entry is of a level, or worse, and has the text in it, whatever its case."""
    return entry.level >= level and text.casefold() in f"{entry.logger} {entry.text}".casefold()
