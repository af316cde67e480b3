"""What a receiver writes down: pairs of time and number, appended as they come, so that its death loses none."""

from __future__ import annotations

import os
import re
import time
from array import array
from collections.abc import Iterable
from pathlib import Path

from benchmarks.faults.counting import Arrival

LISTENING = -1
"""In place of a number: the receiver can be reached from now on."""

NUMBER = re.compile(rb"[:>](1\d{9})[,<}]")
"""The number of an event (`benchmarks.events`) in any of the payloads, with what parts it from its neighbours."""

TAIL = 12
"""Bytes of a number that may have been cut off by the end of a read."""


class Record:
    """The file of one receiver; a successor appends to it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, numbers: Iterable[int]) -> None:
        """Events came, or something else that has a number."""
        now = time.monotonic_ns()
        os.write(self._file, array("q", [value for number in numbers for value in (now, number)]).tobytes())


def recorded(path: Path, place: int = 0) -> list[Arrival]:
    """Everything that the member at this place has written down, the marks too, in the order in which it did."""
    values = array("q", path.read_bytes() if path.exists() else b"")
    return [Arrival(at_ns, number, place) for at_ns, number in zip(values[::2], values[1::2], strict=True)]


def numbers_in(text: bytes) -> tuple[list[int], bytes]:
    """The numbers in a piece of a stream, and what of it is to stand before the next piece."""
    found = list(NUMBER.finditer(text))
    end = found[-1].end() if found else 0
    return [int(match[1]) for match in found], text[max(end, len(text) - TAIL) :]
