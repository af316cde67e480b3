"""The ROUND-ROBIN lane: events dealt out in turn, each member with its queue; what fails is passed on."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from engine.clock import Timer
from engine.feed import Entry, Step
from engine.lanes.base import Lane, LaneContext
from engine.member import HISTORY, NOT_CHOSEN, SIGNS, Member
from engine.options import OnFailure
from engine.policies import round_robin
from engine.policies.base import End, Share, summary
from engine.run import Attempt, Batch, Fault, Outcome, Run, Skip, failed
from engine.slices import SLICE_S
from engine.target import Target

TRIES = 2
"""Tries of an event at one member, after which it takes the event from no other member's queue."""


class RoundRobinLane(Lane):
    """One member an event, in the order given. `pointer` shows whose turn is next."""

    def __init__(self, context: LaneContext, make_members: Callable[[Lane], Sequence[Member]]) -> None:
        self.pointer = 0
        self._recent: deque[tuple[int, range, int, str]] = deque(maxlen=4 * HISTORY)
        """What settled last, as (first sequence number, indices, member, sign), for `histories`."""
        self._failed: deque[tuple[Run, range, Attempt]] = deque()
        self._is_passing = False
        self._timer: Timer | None = None
        super().__init__(context, make_members)

    def take(self, batch: Batch) -> None:
        """Deal the batch out."""
        self.counters.taken += len(batch)
        self.version += 1
        indices = range(len(batch))
        planned = round_robin.plan(self.pointer, indices, self.standings(), may_wait=self._may_wait)
        self.pointer = planned.pointer
        if planned.end is not None:
            self.end(batch, indices, planned.end.reason, planned.end.skipped)
            return
        now = self.context.clock.now()
        for share in planned.shares:
            self._give(batch, share, now, ())
        self.tell_if_crowded(planned.shares[0].member)

    @property
    def free(self) -> int:
        """Events for which the members have room together: what finds none at one is passed on."""
        rooms = [max(0, member.free) for member in self.members if not member.health.paused]
        return sum(rooms) if rooms else self.context.options.queue_size

    def next_member(self) -> int | None:
        """Whose turn it is, passing over who cannot be given anything."""
        return round_robin.next_member(self.pointer, self.standings())

    def inherit(self, old: Lane, places: Mapping[int, int]) -> None:
        """Keep the turn, where the member whose turn it is stayed, and what is known of the last outcomes."""
        super().inherit(old, places)
        if isinstance(old, RoundRobinLane):
            self.pointer = places.get(old.pointer, 0)
            kept = [
                (first, indices, places[member], sign)
                for first, indices, member, sign in old._recent
                if member in places
            ]
            self._recent.extend(kept)

    def histories(self) -> list[str]:
        """Each member's part in the last events: its outcome, or that it was not chosen."""
        recent = [
            (first + number, member, sign)
            for first, indices, member, sign in self._recent
            for number in indices[-HISTORY:]
        ]
        columns = {number: place for place, number in enumerate(sorted({number for number, _, _ in recent})[-HISTORY:])}
        signs = [[NOT_CHOSEN] * len(columns) for _ in self.members]
        for number, member, sign in recent:
            if number in columns:
                signs[member][columns[number]] = sign
        return ["".join(row) for row in signs]

    def pause(self, index: int) -> None:
        """Pause a member; what waits in its queue goes to the others."""
        super().pause(index)
        self._relieve(self.members[index], failed("paused by the operator", Fault.ENGINE))

    def close(self, reason: str) -> None:
        """End: what failed is passed on to nobody."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        super().close(reason)
        self._pass_on()

    def settled(self, run: Run, positions: range, outcome: Outcome) -> None:
        """A part of a run ended; what failed goes on to the next member, or waits where there is none."""
        if outcome.is_failure and self._stays(run, positions, outcome) and self.keeps(run, positions, outcome):
            return
        indices = self.note(run, positions, outcome)
        self._recent.append((run.batch.first_seq, indices, run.member, SIGNS[outcome.status]))
        member = self.members[run.member]
        if not outcome.is_failure:
            self.took(run.batch, indices, outcome.status)
        else:
            self._failed.append((run, indices, Attempt(run.member, self.context.clock.now(), outcome)))
            if outcome.fault is Fault.MEMBER:
                self._relieve(
                    member, failed(member.target.down or f"not tried, as one before failed: {outcome.reason}")
                )
        member.settled(run, len(indices))
        self._pass_on()

    def connection_changed(self, target: Target | None = None) -> None:
        """As everywhere; and who is there takes what waits for those that are not."""
        super().connection_changed(target)
        if self.context.options.on_failure is OnFailure.FAIL:
            return
        is_loss = target is not None and target.down is not None
        for member in self.members:
            if is_loss and member.target is not target:
                continue
            if member.queue.count and member.awaits_connection:
                self._hand_round(member)

    @property
    def _may_wait(self) -> bool:
        return self.context.options.wait_for_member > 0

    def _stays(self, run: Run, positions: range, outcome: Outcome) -> bool:
        """Whether nobody else can take what failed for want of a connection."""
        if not (outcome.is_unsent or outcome.is_cut_off):
            return False
        attempt = Attempt(run.member, self.context.clock.now(), outcome)
        indices = run.indices[positions.start : positions.stop]
        return isinstance(self._next_share(indices, (*run.attempts, attempt), may_wait=False), End)

    def _hand_round(self, absent: Member) -> None:
        """Give what waits for a member to those that are there, as far as they have room."""
        now = self.context.clock.now()
        present = [member for member in self.members if member is not absent and self._is_there(member)]
        for run in absent.give_back(sum(max(0, member.room) for member in present)):
            tries = Counter(attempt.member for attempt in run.attempts)
            fresh = [member for member in present if tries[member.index] < TRIES]
            if not fresh:
                absent.offer(run)
                continue
            taker = max(fresh, key=attrgetter("room"))
            self._give(run.batch, Share(taker.index, run.indices), now, run.attempts)

    @staticmethod
    def _is_there(member: Member) -> bool:
        return not member.health.paused and member.target.down is None

    def _give(self, batch: Batch, share: Share, now: float, attempts: tuple[Attempt, ...]) -> None:
        self.tell(Entry(Step.PLANNED, batch, share.indices, share.member, share.skipped, attempts), now)
        run = Run(batch, share.indices, share.member, now, self.settled, skipped=share.skipped, attempts=attempts)
        self.members[share.member].offer(run)

    def _relieve(self, member: Member, outcome: Outcome) -> None:
        """Pass on what waits for a member that just failed or was paused, as far as the others have room for it."""
        if self.context.options.on_failure is OnFailure.FAIL:
            return
        room = sum(max(0, other.room) for other in self.members if other is not member and self._is_there(other))
        attempt = Attempt(member.index, self.context.clock.now(), outcome)
        self._failed.extend((run, run.indices, attempt) for run in member.give_back(room))
        self._pass_on()

    def _pass_on(self) -> None:
        """Find the next member for what failed. A loop, not a recursion: a hundred members may refuse in a row. What
        there is no time for in this turn of the loop is passed on in the next."""
        if self._is_passing or self._timer is not None:
            return
        self._is_passing = True
        clock = self.context.clock
        until = clock.now() + SLICE_S
        try:
            while self._failed and (self.closed_because is not None or clock.now() <= until):
                run, indices, attempt = self._failed.popleft()
                attempts = (*run.attempts, attempt)
                self._decide(run.batch, indices, attempts)
        finally:
            self._is_passing = False
        if self._failed:
            self._timer = clock.call_at(clock.now(), self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        self._pass_on()

    def _decide(self, batch: Batch, indices: range, attempts: tuple[Attempt, ...]) -> None:
        may_wait = any(member.would_wait(batch) for member in self.members)
        decision = self._next_share(indices, attempts, may_wait=may_wait)
        if isinstance(decision, End):
            self.end(batch, indices, decision.reason, decision.skipped)
            return
        if attempts[-1].outcome.is_maybe_taken:
            self.counters.copies += len(indices)
        self._give(batch, decision, self.context.clock.now(), attempts)

    def _next_share(self, indices: range, attempts: tuple[Attempt, ...], *, may_wait: bool) -> Share | End:
        if self.closed_because is not None or self.context.options.on_failure is OnFailure.FAIL:
            no_skips: tuple[Skip, ...] = ()
            return End(summary(attempts), no_skips)
        return round_robin.pass_on(indices, attempts, self.standings(), may_wait=may_wait)
