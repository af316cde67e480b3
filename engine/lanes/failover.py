"""The FAILOVER lane: one bounded queue in front of the policy; a member holds only what its transport was handed.

A member that lets events wait is left (`engine/policies/slowness.py`): what was not handed over there yet comes back to
the front, what is in flight stays until it is answered or its deadline has passed, and nobody waits for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from engine.feed import Entry, Step
from engine.lanes.alarm import Alarm
from engine.lanes.base import UNSUBSCRIBED, Lane, LaneContext
from engine.lanes.lookout import Lookout
from engine.lanes.returns import Returns
from engine.lanes.waiting import Pending, WaitingLine, remember
from engine.member import CROWD, HISTORY, NOT_CHOSEN, PATIENCE_S, SIGNS, WINDOW, Member, refill
from engine.options import Drop, SubscriptionOptions
from engine.policies import failover, slowness
from engine.policies.base import End, Hold, Share, Standing, Wait
from engine.run import Attempt, Batch, Fault, Outcome, Run, failed
from engine.target import Target
from engine.transports.base import ConnectionState

HOLD_RETRY_S = 1.0
"""While every member is marked, one that has no connection to be watched is tried as often as this."""

PATIENT_SHARE = 8
"""Whoever raises in bulk waits once events have waited for an eighth of `slow_after`."""


class FailoverLane(Lane):
    """Members in the order given, first success ends it. At most one member that is waited for has events in flight."""

    def __init__(self, context: LaneContext, make_members: Callable[[Lane], Sequence[Member]]) -> None:
        self._line = WaitingLine()
        self._returns = Returns(self._line)
        self._holder: int | None = None
        """The member that has events in flight which are waited for."""
        self._held_since: float | None = None
        self._hold_alarm = Alarm(context.clock, self._hold_ends)
        self._lookout = Lookout(context.clock, self._line, self._look_again)
        self._recent: deque[tuple[int, str]] = deque(maxlen=HISTORY)
        self._is_advancing = False
        self._heir: Callable[[Batch, range], bool] | None = None
        super().__init__(context, make_members)

    def take(self, batch: Batch) -> None:
        """Queue the batch behind what waits; what does not fit is dropped, as the options say."""
        self.counters.taken += len(batch)
        self.version += 1
        self._line.append(Pending(batch, range(len(batch)), batch.raised_at))
        self._advance()
        waiting = self._line.count
        if waiting > CROWD:
            batch.pack()
        if waiting > self.context.options.queue_size * slowness.CROWDED or self._line.is_full:
            self._look_at_crowd(batch)

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
        """Events that the queue can take.

        A subscription that stands still is not waited for: it says that all of its queue is free. It says 0 once events
        have waited for long enough that the member may soon count as too slow: whoever raises then waits.
        """
        options = self.context.options
        if self._line.count and self._lookout.still_for() > PATIENCE_S:
            return options.queue_size
        if options.slow_after and self._lookout.waited() * PATIENT_SHARE > options.slow_after:
            return 0
        return 0 if self._line.is_full else options.queue_size - self._line.count

    @property
    def free(self) -> int:
        """Events that find room, also when everything that is in flight comes back."""
        if self._line.is_full:
            return 0
        return self.context.options.queue_size + WINDOW - self.counters.waiting

    def use_queue_bytes(self, bytes_max: int) -> None:
        """Let so many bytes wait, about."""
        super().use_queue_bytes(bytes_max)
        self._line.bytes_max = bytes_max

    def standings(self) -> list[Standing]:
        """What the policy may know of the members."""
        return [self._standing(member) for member in self.members]

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
        self._line.call_back()
        self._advance()

    def use_options(self, options: SubscriptionOptions) -> None:
        """Other options from now on; what is held is judged by them."""
        super().use_options(options)
        self._line.call_back()
        self._advance()
        if self._holder is not None or self._returns.is_any_left:
            self._look_later()

    def connection_changed(self, target: Target | None = None) -> None:
        """A member came back, or says that it takes nothing: the policy is asked anew."""
        super().connection_changed(target)
        self._look()
        if self._held_since is not None:
            self._line.call_back()
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
        self._line.call_back()
        self._advance()

    def close(self, reason: str) -> None:
        """End: what waits ends undelivered for `reason`; what is in flight settles."""
        self._hold_alarm.stop()
        self._lookout.alarm.stop()
        waiting = self._line.take_all()
        super().close(reason)
        for pending in waiting:
            self.end(pending.batch, pending.indices, reason)
        self._held_since = None

    def settled(self, run: Run, positions: range, outcome: Outcome) -> None:
        """A part of a run ended; what failed waits for the rest in flight, then returns to the front."""
        indices = self.note(run, positions, outcome)
        count = len(indices)
        now = self.context.clock.now()
        is_left = self._returns.is_left(run.member)
        self._recent.extend([(run.member, SIGNS[outcome.status])] * min(count, HISTORY))
        if outcome.is_failure:
            attempts = remember(run.attempts, Attempt(run.member, now, outcome, run.is_last_resort))
            self._returns.add(run.member, Pending(run.batch, indices, now, attempts))
        else:
            self.took(run.batch, indices, outcome.status)
        member = self.members[run.member]
        member.settled(run, count)
        if is_left:
            if not member.in_flight:
                self._returns.rejoin(run.member)
                self._returns.put_back_late()
        else:
            self._lookout.moved_at = now
            if not member.in_flight:
                self._holder = None
                self._returns.put_back()
        self._advance()

    def _standing(self, member: Member) -> Standing:
        connection = member.target.transport.connection
        health = member.health
        back_at = connection.back_at
        if health.failed_at is not None and connection.state is ConnectionState.IDLE:
            back_at = health.failed_at + HOLD_RETRY_S
        return Standing(health, None, connection.blocked, back_at, self._returns.is_left(member.index))

    # Deciding

    def _advance(self) -> None:
        """Start whatever the policy allows now. Not re-entered when a transport settles at once."""
        if self._is_advancing:
            return
        self._is_advancing = True
        try:
            while self._line and not self._returns and self._step(self._line.front):
                pass
        finally:
            self._is_advancing = False
        if self._line.is_empty:
            self._hold_alarm.stop()
            self._held_since = None
        if self._holder is not None and not self._lookout.alarm.is_set:
            self._look_later()

    def _step(self, pending: Pending) -> bool:
        """Decide about the front of the queue; whether there may be more to decide."""
        if self.closed_because is not None:
            return self._end_front(self.closed_because)
        if self._heir is not None:
            return self._bequeath(self._heir)
        decision = self._decide(pending)
        if isinstance(decision, Share):
            return self._start(pending, decision)
        if isinstance(decision, End):
            return self._end_front(decision.reason)
        if isinstance(decision, Wait):
            return False
        return self._hold(pending, decision)

    def _bequeath(self, heir: Callable[[Batch, range], bool]) -> bool:
        pending = self._line.take_front()
        if pending.attempts and pending.attempts[-1].outcome.is_maybe_taken:
            self.counters.copies += len(pending.indices)
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
        room = 1 - member.in_flight if share.is_trial else member.window(pending.batch)
        if room <= 0 or (member.in_flight and room < min(refill(pending.batch), len(pending.indices))):
            return False
        now = self.context.clock.now()
        self._lookout.chose(share.member, after_hold=self._held_since is not None)
        if self._returns.is_left(share.member):
            if self._returns.put_back_late():
                return True  # what failed may be older than the front
            self._returns.rejoin(share.member)
        self._holder = share.member
        self._held_since = None
        self._hand_over(member, share, self._line.take_front(room), now)
        return True

    def _hand_over(self, member: Member, share: Share, pending: Pending, now: float) -> None:
        run = Run(
            pending.batch,
            pending.indices,
            share.member,
            now,
            self.settled,
            skipped=share.skipped,
            attempts=pending.attempts,
        )
        run.connect_now = True  # who is chosen is not marked, so it is worth a try whatever the back-off says
        run.is_last_resort = share.is_last_resort
        if pending.attempts and pending.attempts[-1].outcome.is_maybe_taken:
            self.counters.copies += len(pending.indices)
        if not member.in_flight:
            self._lookout.moved_at = now
        self.tell(Entry(Step.PLANNED, run.batch, run.indices, run.member, run.skipped, run.attempts), now)
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
            self.tell(Entry(Step.HELD, pending.batch, pending.indices, None, hold.skipped, pending.attempts), now)
            self.changed()
        self._hold_alarm.set(too_old if hold.until is None else min(hold.until, too_old))
        if not failover.own_account(pending.attempts):
            return False
        refused = self._line.set_front_aside(context.options.queue_size)
        if refused is not None:
            reason = f"queue full: {self._line.aside_count} events wait for a member that may take them"
            self.end(refused.batch, refused.indices, reason)
        return True

    def _end_front(self, reason: str) -> bool:
        pending = self._line.take_front()
        self.end(pending.batch, pending.indices, reason)
        return True

    # Too many, too slow

    def _look_at_crowd(self, batch: Batch) -> None:
        """The queue is more than half full: somebody else may have room, or whoever raises is to hear of it."""
        self.context.door.note_crowd(self)
        self._look()
        options = self.context.options
        surplus = self._line.surplus(options.queue_size + (WINDOW if options.drop is Drop.NEVER else 0))
        if surplus > 0 and options.drop is Drop.OLDEST:
            self._drop_oldest(surplus)
        elif surplus > 0 and self._line and self._line.newest.batch is batch:
            dropped = self._line.take_newest(surplus)
            self.end(dropped.batch, dropped.indices, f"queue full: {self._line.count} events wait")

    def _drop_oldest(self, surplus: int) -> None:
        while surplus > 0 and self._line:
            dropped = self._line.take_front(surplus)
            surplus -= len(dropped.indices)
            reason = f"queue full: {self._line.count} events wait, and the oldest are dropped"
            self.end(dropped.batch, dropped.indices, reason)

    def _look(self) -> None:
        """Leave the member that has events in flight, if it lets others wait and somebody else can take them."""
        options = self.context.options
        if self._holder is None or self._is_advancing:
            return
        now = self.context.clock.now()
        pressure = self._lookout.pressure(self.members[self._holder], self._returns.count)
        reason = slowness.too_slow(pressure, options.slow_after, options.queue_size)
        if reason is not None and slowness.has_other_than(
            self._holder, self.standings(), now, options.failover_timeout
        ):
            self._leave(self._holder, reason, is_marked=pressure.blocked is None)

    def _leave(self, index: int, reason: str, *, is_marked: bool) -> None:
        """Take back from a member what was not handed over yet, and wait for the rest no longer.

        One that says itself that it takes nothing needs no mark: it will say when it does again.
        """
        member = self.members[index]
        member.slowed(reason, is_marked=is_marked)
        self._is_advancing = True
        try:
            taken_back = failed(f"taken back: {reason}", Fault.ENGINE)
            member.target.transport.withdraw(lambda run: run.member == index and run.is_of(self.settled), taken_back)
        finally:
            self._is_advancing = False
        if member.in_flight:
            self._returns.leave(index)
        self._holder = None
        self._returns.put_back()
        self.changed()
        self._advance()

    def _look_again(self) -> None:
        self._returns.put_back_late()
        self._look()
        self._advance()
        if self._holder is not None or self._returns.is_any_left:
            self._look_later()

    def _look_later(self) -> None:
        if self.closed_because is None:
            self._lookout.look_again(self.context.options.slow_after)

    def _hold_ends(self) -> None:
        """A mark has run out, or an event is too old to be held: ask the policy anew."""
        self._line.call_back()
        self._advance()
