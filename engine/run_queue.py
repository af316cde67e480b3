"""What waits for a member: runs in the order raised, counted in notifications and in bytes. No clock, no policy."""

from __future__ import annotations

from bisect import insort
from collections import deque
from operator import attrgetter

from engine.run import Run
from engine.sizes import FULL, QUEUE_BYTES

_first_seq = attrgetter("first_seq")


class RunQueue:
    """Runs, the oldest in front. It takes more than its bounds allow; `surplus` says how much is to be dropped."""

    __slots__ = ("bytes_max", "capacity", "count", "runs", "size")

    def __init__(self, capacity: int) -> None:
        self.runs: deque[Run] = deque()
        self.capacity = capacity
        """Notifications that may wait."""
        self.bytes_max = QUEUE_BYTES
        """Bytes that may wait, about."""
        self.count = 0
        """Notifications that wait."""
        self.size = 0
        """Bytes that these take, about. The events of a batch count alike."""

    @property
    def is_full_of_bytes(self) -> bool:
        """Whether no more should be raised: some room is kept for what comes before that is heard."""
        return self.size >= FULL * self.bytes_max

    def append(self, run: Run) -> None:
        """Let a run wait behind all others."""
        count = len(run.indices)
        self.runs.append(run)
        self.count += count
        self.size += count * run.batch.event_size

    def put_back(self, run: Run) -> None:
        """Let a run wait where it belongs in the order raised."""
        insort(self.runs, run, key=_first_seq)
        self._note(run, len(run))

    def surplus(self, newest: Run) -> int:
        """Notifications that are too many. Where it is their bytes, these are counted like those of the newest run."""
        surplus = self.count - self.capacity
        if self.size > self.bytes_max:
            too_heavy = -(-(self.size - self.bytes_max) // newest.batch.event_size)
            surplus = max(surplus, min(len(newest), too_heavy))
        return max(0, surplus)

    def take_front(self, at_most: int) -> Run:
        """Take out the run in front, or so many notifications of it."""
        run = self.runs.popleft()
        if at_most < len(run.indices):
            run, rest = run.split(at_most)
            self.runs.appendleft(rest)
        count = len(run.indices)
        self.count -= count
        self.size -= count * run.batch.event_size
        return run

    def take_newest(self, at_most: int) -> Run:
        """Take out the run that came last, or so many notifications of it."""
        run = self.runs.pop()
        kept = len(run) - at_most
        if kept > 0:
            rest, run = run.split(kept)
            self.runs.append(rest)
        self._note(run, -len(run))
        return run

    def take(self, at_most: int | None = None) -> list[Run]:
        """Take out the oldest runs: so many notifications, or everything."""
        left = self.count if at_most is None else min(at_most, self.count)
        taken = []
        while left > 0:
            run = self.take_front(left)
            left -= len(run)
            taken.append(run)
        return taken

    def _note(self, run: Run, count: int) -> None:
        """So many notifications of a run more wait, or fewer."""
        self.count += count
        self.size += count * run.batch.event_size
