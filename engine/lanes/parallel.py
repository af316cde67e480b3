"""The PARALLEL lane: each member has its queue and harms no other.

A delivery is over when all its notifications are.
"""

from __future__ import annotations

from itertools import groupby

from engine.feed import Entry, Step
from engine.lanes.base import Lane
from engine.policies import parallel
from engine.run import Batch, Outcome, Run, Status


class ParallelLane(Lane):
    """All members get everything. Also the lane of a plain socket."""

    def take(self, batch: Batch) -> None:
        """Queue the whole batch for everyone who is not paused."""
        indices = range(len(batch))
        self.counters.taken += len(batch)
        self.version += 1
        shares, skipped, end = parallel.plan(indices, self.standings())
        if end is not None:
            self.end(batch, indices, end.reason, end.skipped)
            return
        now = self.context.clock.now()
        self.tell(Entry(Step.PLANNED, batch, indices, skipped=skipped), now)
        delivery = _Deliveries(self, batch, len(shares))
        for share in shares:
            run = Run(batch, indices, share.member, now, delivery.settled, skipped=skipped)
            self.members[share.member].offer(run)
        self.tell_if_crowded(shares[0].member)

    def next_member(self) -> int | None:
        """PARALLEL has no next one."""
        return None


_STATUSES = (Status.FAILED, Status.SENT, Status.DELIVERED)
"""From the worst to the best: a delivery ends as well as its best notification."""


class _Deliveries:
    """The deliveries of one batch, until the last notification has settled. Kept as ranges."""

    __slots__ = ("_batch", "_failures", "_lane", "_open", "_taken")

    def __init__(self, lane: ParallelLane, batch: Batch, members: int) -> None:
        self._lane = lane
        self._batch = batch
        self._open = members * len(batch)
        self._taken: list[tuple[range, Status]] = []
        self._failures: list[tuple[range, int, str]] = []

    def settled(self, run: Run, positions: range, outcome: Outcome) -> None:
        """A part of one member's run ended."""
        lane = self._lane
        if outcome.is_failure and lane.keeps(run, positions, outcome):
            return
        indices = lane.note(run, positions, outcome)
        if outcome.is_failure:
            self._failures.append((indices, run.member, outcome.reason))
        else:
            self._taken.append((indices, outcome.status))
        self._open -= len(indices)
        if not self._open:
            self._finish()
        lane.members[run.member].settled(run, len(indices))

    def _finish(self) -> None:
        statuses = {status for _, status in self._taken}
        if not self._failures and len(statuses) == 1:
            self._lane.took(self._batch, range(len(self._batch)), statuses.pop())
            return
        best = bytearray(len(self._batch))
        for level, wanted in enumerate(_STATUSES):
            for indices, status in self._taken:
                if status is wanted:
                    best[indices.start : indices.stop] = bytes((level,)) * len(indices)
        start = 0
        for level, same in groupby(best):
            indices = range(start, start + len(list(same)))
            start = indices.stop
            status = _STATUSES[level]
            if status is Status.FAILED:
                self._end(indices)
            else:
                self._lane.took(self._batch, indices, status)

    def _end(self, indices: range) -> None:
        """End what nobody took, as many at a time as have the same reason."""
        for reason, same in groupby(indices, key=self._reason):
            part = list(same)
            self._lane.end(self._batch, range(part[0], part[-1] + 1), reason)

    def _reason(self, index: int) -> str:
        reasons = sorted((member, reason) for indices, member, reason in self._failures if index in indices)
        return "; ".join(f"{member + 1}: {reason}" for member, reason in reasons)
