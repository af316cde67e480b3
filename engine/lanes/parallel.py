"""The PARALLEL lane: each member has its queue and harms no other.

A delivery is over when all its notifications are.
"""

from __future__ import annotations

from engine.feed import Step
from engine.lanes.base import Lane
from engine.policies import parallel
from engine.run import Batch, Outcome, Run, Status


class ParallelLane(Lane):
    """All members get everything. Also the lane of a plain socket."""

    def take(self, batch: Batch) -> None:
        """Queue the whole batch for everyone who is not paused."""
        context = self.context
        indices = range(len(batch))
        self.counters.taken += len(batch)
        self.version += 1
        shares, skipped, end = parallel.plan(indices, self.standings())
        if end is not None:
            self.end(batch, indices, end.reason, end.skipped)
            return
        now = context.clock.now()
        context.feed.add(now, Step.PLANNED, context.subscription, batch, indices, skipped=skipped)
        delivery = _Deliveries(self, batch, len(shares))
        for share in shares:
            run = Run(batch, indices, share.member, now, delivery.settled, skipped=skipped)
            self.members[share.member].offer(run)
        self.tell_if_crowded(shares[0].member)

    def next_member(self) -> int | None:
        """PARALLEL has no next one."""
        return None


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
        lane.members[run.member].landed(run, len(indices))

    def _finish(self) -> None:
        statuses = {status for _, status in self._taken}
        if not self._failures and len(statuses) == 1:
            self._lane.count_taken(statuses.pop(), len(self._batch))
            return
        best = bytearray(len(self._batch))
        for status, level in ((Status.SENT, 1), (Status.DELIVERED, 2)):
            for indices, taken in self._taken:
                if taken is status:
                    best[indices.start : indices.stop] = bytes((level,)) * len(indices)
        self._lane.count_taken(Status.SENT, best.count(1))
        self._lane.count_taken(Status.DELIVERED, best.count(2))
        self._end_untaken(best)

    def _end_untaken(self, best: bytearray) -> None:
        start = best.find(0)
        while start >= 0:
            stop = start + 1
            reason = self._reason(start)
            while stop < len(best) and not best[stop] and self._reason(stop) == reason:
                stop += 1
            self._lane.end(self._batch, range(start, stop), reason)
            start = best.find(0, stop)

    def _reason(self, index: int) -> str:
        found = sorted((member, reason) for indices, member, reason in self._failures if index in indices)
        return "; ".join(f"{member + 1}: {reason}" for member, reason in found)
