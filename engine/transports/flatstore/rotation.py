"""When a flat file is rotated, and what files are called then: rules without a file system."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate

ROTATION_EVENT = "E_FLATSTORE_ROTATION"

_SIZE = re.compile(r"(\d+)([kmg]?)", re.ASCII | re.IGNORECASE)
_FACTORS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


class Reason(StrEnum):
    """Why a file was rotated, in the words of E_FLATSTORE_ROTATION (docs/event-interface.md, 6)."""

    COUNT = "count"
    SIZE = "size"
    PERIOD = "period"
    MI = "mi"


@dataclass(frozen=True, slots=True)
class Fill:
    """How much went into a file since it was begun or last rotated. `period` is the number of the period it is of."""

    lines: int = 0
    size: int = 0
    period: int = 0

    def plus(self, lines: int, size: int) -> Fill:
        """The fill after `lines` more lines, `size` bytes together."""
        return replace(self, lines=self.lines + lines, size=self.size + size)


@dataclass(frozen=True, slots=True)
class RotationRules:
    """The limits that are set; 0 is no limit. A file is rotated before the first line that comes after a limit."""

    period_s: int = 0
    count: int = 0
    size: int = 0

    def period_of(self, wall: float) -> int:
        """The period that `wall` (seconds since the epoch) lies in, by number; each begins at a multiple.

        See docs/event-interface.md, 2.9.
        """
        return int(wall // self.period_s) if self.period_s else 0

    def reason(self, fill: Fill, wall: float) -> Reason | None:
        """Why the file must be rotated before its next line; None when it need not."""
        if self.count and fill.lines >= self.count:
            return Reason.COUNT
        if self.size and fill.size >= self.size:
            return Reason.SIZE
        # A clock that was set back rotates nothing.
        return Reason.PERIOD if self.period_of(wall) > fill.period else None

    def fitting(self, fill: Fill, sizes: Sequence[int]) -> int:
        """How many of the next lines (`sizes` in bytes) go into the file before it must be rotated."""
        fitting = len(sizes)
        if self.count:
            fitting = min(fitting, max(0, self.count - fill.lines))
        if self.size:
            ends = accumulate(sizes, initial=fill.size)
            fitting = min(fitting, next((number for number, end in enumerate(ends) if end >= self.size), fitting))
        return fitting


def path_at(path: str, suffix: str, wall: float) -> str:
    """The file that is written to at `wall`: the path and its suffix (strftime, local time)."""
    return path + time.strftime(suffix, time.localtime(wall)) if suffix else path


def kept_numbers(names: Iterable[str], stem: str) -> list[int]:
    """The numbers N, ascending, for which `names` has a rotated file `stem`.N."""
    prefix = stem + "."
    numbers = (name.removeprefix(prefix) for name in names if name.startswith(prefix))
    return sorted(int(number) for number in numbers if re.fullmatch(r"[1-9]\d{0,17}", number, re.ASCII))


def parsed_size(text: str) -> int:
    """Bytes that a text such as "512", "64k", "10M" or "2g" stands for; k, m, g are powers of 1024.

    See docs/event-interface.md, 2.9.

    Raises:
        ValueError: when it is nothing of the kind.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'expected bytes, with k, m or g behind where wanted, such as "64k"; found {text!r}')
    return int(match[1]) * _FACTORS[match[2].lower()]
