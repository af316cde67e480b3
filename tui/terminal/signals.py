"""Ending on SIGTERM and SIGHUP as on a key: with what was started stopped, and what was made removed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

ENDINGS = (signal.SIGTERM, signal.SIGHUP)
"""A request to end, and a terminal that has gone."""


@contextmanager
def clean_end() -> Iterator[None]:
    """Within it, signals that end the process unwind it first, as an exception does."""
    with _handled(_leave):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within it, such signals are ignored: the end is under way, and it is bounded."""
    with _handled(signal.SIG_IGN):
        yield


@contextmanager
def _handled(handler: Any) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in ENDINGS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
