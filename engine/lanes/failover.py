"""The FAILOVER lane: one bounded queue in front of the policy; a member holds only what its transport was handed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from engine.clock import Timer
from engine.feed import Step
from engine.lanes.base import UNSUBSCRIBED, Lane, LaneContext
from engine.member import CROWD, HISTORY, NOT_CHOSEN, PATIENCE_S, REFILL, SIGNS, WINDOW, Member
from engine.options import SubscriptionOptions
from engine.policies import failover
from engine.policies.base import End, Hold, Share, Wait
from engine.run import Attempt, Batch, Outcome, Run


class Pending(NamedTuple):
    """Events that wait for the policy, and how they fared so far."""

    batch: Batch
    indices: range
    attempts: tuple[Attempt, ...] = ()

    @property
    def first_seq(self) -> int:
        """Sequence number of the first event; the queue is ordered by it."""
        return self.batch.first_seq + self.indices.start


class FailoverLane(Lane):
    """Members in the order given, first success ends it. At most one member has events in flight at any time."""

    def __init__(self, context: LaneContext, make_members: Callable[[Lane], Sequence[Member]]) -> None:
        self._queue: deque[Pending] = deque()
        self._queued = 0
        self._returned: list[Pending] = []
        """What failed, until everything in flight has settled and it can go back to the front in order."""
        self._aside: list[Pending] = []
        """Events that only marked members are left for; others need not wait behind them."""
        self._set_aside_count = 0
        self._holder: int | None = None
        self._held_since: float | None = None
        self._moved_at = context.clock.now()
        self._timer: Timer | None = None
        self._wakes_at = 0.0
        self._recent: deque[tuple[int, str]] = deque(maxlen=HISTORY)
        self._is_advancing = False
        self._heir: Callable[[Batch, range], bool] | None = None
        super().__init__(context, make_members)

    def take(self, batch: Batch) -> None:
        """Queue the batch behind what waits; what does not fit is refused, newest first."""
        self.counters.taken += len(batch)
        self.version += 1
        self._queue.append(Pending(batch, range(len(batch))))
        self._queued += len(batch)
        self._advance()
        if self._queued > CROWD:
            batch.let_go()
        surplus = self._queued - self.context.options.queue_size
        if surplus > 0 and self._queue and self._queue[-1].batch is batch:
            self._refuse_newest(surplus)

    def next_member(self) -> int | None:
        """Who gets the next event; None while everybody is marked or paused."""
        return failover.next_member(self.standings(), self.context.clock.now(), self.failover_timeout())

    def failover_timeout(self) -> float:
        """Seconds for which a failed member is skipped."""
        return self.context.options.failover_timeout

    @property
    def held_since(self) -> float | None:
        """Since when events wait because every member is marked or paused."""
        return self._held_since

    @property
    def room(self) -> int:
        """Events that the queue can take; endless patience is not had with a subscription that stands still."""
        stands_still = self._queued and self.context.clock.now() - self._moved_at > PATIENCE_S
        size = self.context.options.queue_size
        return size if stands_still else size - self._queued

    def histories(self) -> list[str]:
        """Each member's part in the last outcomes: its own, or that it was not chosen."""
        return [
            "".join(sign if member == index else NOT_CHOSEN for member, sign in self._recent)
            for index in range(len(self.members))
        ]

    def pause(self, index: int) -> None:
        """Pause a member; the policy is asked anew."""
        super().pause(index)
        self._advance()

    def resume(self, index: int) -> None:
        """Resume a member; what is held may go to it."""
        super().resume(index)
        self._put_back(self._take_aside())
        self._advance()

    def use_options(self, options: SubscriptionOptions) -> None:
        """Other options from now on; what is held is judged by them."""
        super().use_options(options)
        self._put_back(self._take_aside())
        self._advance()

    def inherit(self, old: Lane, places: Mapping[int, int]) -> None:
        """Keep what is known of the last outcomes of members that stayed."""
        super().inherit(old, places)
        if isinstance(old, FailoverLane):
            self._recent.extend((places[member], sign) for member, sign in old._recent if member in places)

    def retire(self, heir: Callable[[Batch, range], bool]) -> None:
        """Give what waits to `heir`, and later what fails of that which is in flight."""
        super().retire(heir)
        self._heir = heir
        self._put_back(self._take_aside())
        self._advance()

    def close(self, reason: str) -> None:
        """End: what waits ends undelivered for `reason`; what is in flight settles."""
        self._stop_timer()
        waiting = [*self._take_aside(), *self._queue]
        self._queue.clear()
        self._queued = 0
        super().close(reason)
        for pending in waiting:
            self.end(pending.batch, pending.indices, reason)
        self._held_since = None

    def settled(self, run: Run, positions: range, outcome: Outcome) -> None:
        """A part of a run ended; what failed waits for the rest in flight, then returns to the front."""
        indices = self.note(run, positions, outcome)
        count = len(indices)
        self._moved_at = self.context.clock.now()
        self._recent.extend([(run.member, SIGNS[outcome.status])] * min(count, HISTORY))
        if outcome.is_failure:
            attempt = Attempt(run.member, self._moved_at, outcome, run.is_last_resort)
            self._returned.append(Pending(run.batch, indices, _remember(run.attempts, attempt)))
        else:
            self.count_taken(outcome.status, count)
        member = self.members[run.member]
        member.landed(run, count)
        if not member.in_flight:
            self._holder = None
            self._put_back(self._returned)
            self._returned = []
        self._advance()

    def _advance(self) -> None:
        """Start whatever the policy allows now. Not re-entered when a transport settles at once."""
        if self._is_advancing:
            return
        self._is_advancing = True
        try:
            while self._queue and not self._returned and self._step(self._queue[0]):
                pass
        finally:
            self._is_advancing = False
        if not self._queue and not self._aside:
            self._stop_timer()
            self._held_since = None

    def _step(self, pending: Pending) -> bool:
        """Decide about the front of the queue; whether there may be more to decide."""
        if self.closed_because is not None:
            return self._end_front(self.closed_because)
        if self._heir is not None:
            return self._bequeath(pending, self._heir)
        decision = self._decide(pending)
        if isinstance(decision, Share):
            return self._start(pending, decision)
        if isinstance(decision, End):
            return self._end_front(decision.reason)
        if isinstance(decision, Wait):
            return False
        return self._hold(pending, decision)

    def _bequeath(self, pending: Pending, heir: Callable[[Batch, range], bool]) -> bool:
        self._queue.popleft()
        self._queued -= len(pending.indices)
        self.counters.taken -= len(pending.indices)
        if not heir(pending.batch, pending.indices):
            self.counters.taken += len(pending.indices)
            self.end(pending.batch, pending.indices, UNSUBSCRIBED)
        return True

    def _decide(self, pending: Pending) -> failover.Decision:
        return failover.plan(
            pending.indices,
            pending.attempts,
            self.standings(),
            self._holder,
            self.context.clock.now(),
            failover_timeout=self.context.options.failover_timeout,
            when_all_failed=self.context.options.when_all_failed,
        )

    def _start(self, pending: Pending, share: Share) -> bool:
        member = self.members[share.member]
        room = (1 if share.is_trial else WINDOW) - member.in_flight
        if room <= 0 or (member.in_flight and room < min(REFILL, len(pending.indices))):
            return False
        indices = pending.indices[:room]
        self._queue.popleft()
        if len(indices) < len(pending.indices):
            self._queue.appendleft(pending._replace(indices=pending.indices[room:]))
        self._queued -= len(indices)
        self._holder = share.member
        self._held_since = None
        self._hand_over(member, share, pending, indices)
        return True

    def _hand_over(self, member: Member, share: Share, pending: Pending, indices: range) -> None:
        context = self.context
        now = context.clock.now()
        run = Run(
            pending.batch,
            indices,
            share.member,
            now,
            self.settled,
            skipped=share.skipped,
            attempts=pending.attempts,
        )
        run.connect_now = share.is_trial
        run.is_last_resort = share.is_last_resort
        if not member.in_flight:
            self._moved_at = now
        context.feed.add(
            now,
            Step.PLANNED,
            context.subscription,
            pending.batch,
            indices,
            share.member,
            skipped=share.skipped,
            attempts=pending.attempts,
        )
        member.start(run)

    def _hold(self, pending: Pending, hold: Hold) -> bool:
        """Nobody may be tried now. Events that were refused elsewhere on their own account let others overtake."""
        context = self.context
        now = context.clock.now()
        too_old = pending.batch.raised_at + context.options.hold_max_age
        if now >= too_old:
            reasons = "; ".join(f"{skip.member + 1}: {skip.reason}" for skip in hold.skipped)
            return self._end_front(f"held {now - pending.batch.raised_at:.0f} s, hold_max_age is over ({reasons})")
        if self._held_since is None:
            self._held_since = now
            context.feed.add(
                now,
                Step.HELD,
                context.subscription,
                pending.batch,
                pending.indices,
                skipped=hold.skipped,
                attempts=pending.attempts,
            )
            self.changed()
        self._wake_at(too_old if hold.until is None else min(hold.until, too_old))
        if not failover.own_account(pending.attempts):
            return False
        self._queue.popleft()
        self._set_aside(pending)
        return True

    def _set_aside(self, pending: Pending) -> None:
        """Let others overtake. What is set aside is bounded as the queue is."""
        room = max(0, self.context.options.queue_size - self._set_aside_count)
        kept, refused = pending.indices[:room], pending.indices[room:]
        if kept:
            self._aside.append(pending._replace(indices=kept))
            self._set_aside_count += len(kept)
        if refused:
            self._queued -= len(refused)
            reason = f"queue full: {self._set_aside_count} events wait for a member that may take them"
            self.end(pending.batch, refused, reason)

    def _end_front(self, reason: str) -> bool:
        pending = self._queue.popleft()
        self._queued -= len(pending.indices)
        self.end(pending.batch, pending.indices, reason)
        return True

    def _refuse_newest(self, surplus: int) -> None:
        newest = self._queue.pop()
        kept = max(0, len(newest.indices) - surplus)
        if kept:
            self._queue.append(newest._replace(indices=newest.indices[:kept]))
        self._queued -= len(newest.indices) - kept
        self.end(newest.batch, newest.indices[kept:], f"queue full: {self._queued} events wait")

    def _wake_at(self, when: float) -> None:
        """Ask the policy anew at `when`. The earliest call stands: several events can be held for several reasons."""
        if self._timer is not None and self._wakes_at <= when:
            return
        self._stop_timer()
        self._wakes_at = when
        self._timer = self.context.clock.call_at(when, self._timer_fired)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _timer_fired(self) -> None:
        self._timer = None
        self._put_back(self._take_aside())
        self._advance()

    def _take_aside(self) -> list[Pending]:
        aside, self._aside = self._aside, []
        self._queued -= self._set_aside_count
        self._set_aside_count = 0
        return aside

    def _put_back(self, returned: list[Pending]) -> None:
        """Put events back into the queue in the order raised; they are nearly always all older than what waits."""
        if not returned:
            return
        self._queued += sum(len(pending.indices) for pending in returned)
        returned.sort(key=lambda pending: pending.first_seq)
        if self._queue and self._queue[0].first_seq < returned[-1].first_seq:
            self._queue = deque(sorted([*returned, *self._queue], key=lambda pending: pending.first_seq))
        else:
            self._queue.extendleft(reversed(returned))


def _remember(attempts: tuple[Attempt, ...], attempt: Attempt) -> tuple[Attempt, ...]:
    """The attempts with one more; each member's latest alone is kept, so that holding for hours stays small."""
    return (*(earlier for earlier in attempts if earlier.member != attempt.member), attempt)
