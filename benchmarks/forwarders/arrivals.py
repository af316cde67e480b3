"""What came out of a forwarder: counted by the receivers of the other rows, or read off the length of a file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from benchmarks.forwarders.feeder import bodies
from benchmarks.forwarders.program import Work
from benchmarks.limits import lines_in
from benchmarks.processes import WAIT_S, Receivers, closing
from benchmarks.rows import Row

LOOK_S = 0.001
"""How often the length of a file is looked at."""


class Arrived(NamedTuple):
    """What has arrived so far."""

    members: tuple[int, ...]
    """Events at each member, in order."""
    last_ns: int
    """When the last of it came (monotonic)."""
    reader_cpu_s: float
    """Processor time of the receivers; 0 for files."""


class Arrivals(Protocol):
    """Where a forwarder sends, and what it is to do there."""

    work: Work

    def wait_for(self, wanted: int) -> Arrived:
        """What has arrived once so many events have, or have not for too long."""


class Received:
    """Events at receivers. Over tcp each is a payload and the end of its line."""

    def __init__(self, row: Row, receivers: Receivers) -> None:
        self.work = Work(row.policy, row.kind, tuple(receivers.ports))
        self._receivers = receivers
        self._measure, self._each = ("bytes", event_size(row.kind)) if row.kind == "tcp" else ("messages", 1)

    def wait_for(self, wanted: int) -> Arrived:
        """What has arrived once so many events have, or have not for too long."""
        report = self._receivers.wait_for(self._measure, wanted * self._each)
        members = tuple(size // self._each for size in report[self._measure])
        return Arrived(members, report["last_ns"], report["cpu_s"])


class Stored:
    """Events in a file, all of the same length."""

    def __init__(self, path: Path) -> None:
        self.work = Work("", "file", (), str(path))
        self._path = path

    def wait_for(self, wanted: int) -> Arrived:
        """What has arrived once so many events have, or have not for too long."""
        deadline = time.monotonic() + WAIT_S
        size = wanted * event_size("file")
        while not (self._path.exists() and self._path.stat().st_size >= size) and time.monotonic() < deadline:
            time.sleep(LOOK_S)
        last_ns = time.monotonic_ns()
        return Arrived((lines_in(str(self._path)),), last_ns, 0.0)


def event_size(kind: str) -> int:
    """Bytes of an event and the end of its line."""
    return len(bodies(kind, 0, 1)[0]) + 1


@contextmanager
def arrivals_for(row: Row) -> Iterator[Arrivals]:
    """Fresh receivers, or a fresh file."""
    if row.kind == "file":
        with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
            yield Stored(Path(directory) / "events.csv")
        return
    with closing(Receivers(row.kind, row.receivers)) as receivers:
        yield Received(row, receivers)
