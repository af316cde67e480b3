"""A queue of runs that knows how many bytes wait in it."""

from __future__ import annotations

from collections import deque

from engine.run import Run

BYTES_MAX = 64 << 20
"""Bytes that may wait in a queue, about, where nothing else is said."""


FULL = 7 / 8
"""Share of these bytes from which on a queue counts as full; only what is beyond all of them is refused."""


class RunQueue(deque[Run]):
    """Runs in order. `size` is what their events take, in bytes, about; events of a batch count alike."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self.bytes_max = BYTES_MAX

    @property
    def is_full(self) -> bool:
        """Whether no more should be raised: some room is kept for what comes before that is heard."""
        return self.size >= FULL * self.bytes_max

    def surplus(self, run: Run) -> int:
        """Events of a run, which waits here, that are too many for the bytes that may wait."""
        too_much = self.size - self.bytes_max
        return 0 if too_much <= 0 else min(len(run), -(-too_much // run.batch.event_size))

    def append(self, run: Run, /) -> None:
        """Let a run wait behind all others."""
        super().append(run)
        self.size += len(run) * run.batch.event_size

    def appendleft(self, run: Run, /) -> None:
        """Let a run wait in front."""
        super().appendleft(run)
        self.size += len(run) * run.batch.event_size

    def insert(self, index: int, run: Run, /) -> None:
        """Let a run wait at a place."""
        super().insert(index, run)
        self.size += len(run) * run.batch.event_size

    def popleft(self) -> Run:
        """Take out the run in front."""
        run = super().popleft()
        self.size -= len(run) * run.batch.event_size
        return run

    def pop(self) -> Run:  # type: ignore[override]  # a deque takes no index either
        """Take out the run at the end."""
        run = super().pop()
        self.size -= len(run) * run.batch.event_size
        return run
