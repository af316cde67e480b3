"""What the lanes share: members, counters, feed records, and the two ends of a delivery."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.clock import Clock
from engine.feed import Entry, Feed, Step
from engine.lanes.door import Door
from engine.member import Member
from engine.metrics import DeliveryCounters
from engine.options import Drop, SubscriptionOptions
from engine.policies.base import Standing
from engine.policies.slowness import CROWDED
from engine.run import Batch, Fault, Outcome, Run, Skip, Status, failed
from engine.target import Target

UNSUBSCRIBED = "the subscription ended"


@dataclass(frozen=True, slots=True)
class LaneContext:
    """What every lane works with."""

    subscription: str
    clock: Clock
    feed: Feed
    options: SubscriptionOptions
    door: Door = field(default_factory=Door)
    """Where a lane says that it is more than half full (`Dispatcher.put`)."""


class Lane(ABC):
    """One subscription at work. Everything happens on the engine's event loop."""

    def __init__(self, context: LaneContext, make_members: Callable[[Lane], Sequence[Member]]) -> None:
        self.context = context
        self.counters = DeliveryCounters()
        self.version = 0
        """Changes whenever something that a console shows does."""
        self.last_undelivered: str | None = None
        self.closed_because: str | None = None
        self._laggards: list[Member] = []
        """Who had no room when `room` was last asked for, while others had."""
        self.members = list(make_members(self))
        context.door.expect(context.options.queue_size)

    @abstractmethod
    def take(self, batch: Batch) -> None:
        """Plan a batch and start what can be started."""

    @abstractmethod
    def next_member(self) -> int | None:
        """Who gets the next event, where the policy has one."""

    @property
    def held_since(self) -> float | None:
        """Since when events wait because nobody may be tried; only FAILOVER holds."""
        return None

    @property
    def room(self) -> int:
        """Events that it can take without refusing any, as far as its moving members go.

        A member that is much slower than another is waited for only as long as there is patience with it.
        """
        moving = [member for member in self.members if member.is_moving]
        rooms = [member.room for member in moving]
        self._laggards = []
        if not rooms:
            return self.context.options.queue_size
        if min(rooms) > 0 or max(rooms) <= 0:
            return min(rooms)
        now = self.context.clock.now()
        self._laggards = [member for member in moving if member.room <= 0]
        return min(member.room for member in moving if member.room > 0 or member.patience.is_left(now))

    @property
    def free(self) -> int:
        """Events for which somebody has room, whether or not it moves."""
        return max((member.free for member in self.members if not member.health.paused), default=self._queue_size)

    @property
    def takes_all(self) -> bool:
        """Whether it takes events beyond its room, and drops some: an operator chose that."""
        return self.context.options.drop is not Drop.NEVER

    @property
    def is_crowded(self) -> bool:
        """Whether its queues are so full that the door has to look at it."""
        return self.closed_because is None and self.free < CROWDED * self._queue_size

    def tell_if_crowded(self, member: int) -> None:
        """Say so at the door when this one's queue is more than half full: only then all of them can be."""
        if self.members[member].free < CROWDED * self._queue_size:
            self.context.door.note_crowd(self)

    @property
    def _queue_size(self) -> int:
        return self.context.options.queue_size

    def was_awaited(self, seconds: float) -> None:
        """Whoever raises events waited so long for room: it is held against those who had none while others had."""
        now = self.context.clock.now()
        for member in self._laggards:
            member.patience.spend(seconds, now)

    def failover_timeout(self) -> float | None:
        """Seconds for which a failed member is skipped; None under policies that skip nobody."""
        return None

    def histories(self) -> list[str]:
        """Each member's last outcomes, oldest first, one sign each."""
        return ["".join(member.history) for member in self.members]

    def standings(self) -> list[Standing]:
        """What the policy may know of the members."""
        return [member.standing for member in self.members]

    def changed(self) -> None:
        """Something that a console shows is different now."""
        self.version += 1

    def connection_changed(self, target: Target | None = None) -> None:
        """A target's connection came up, broke or could not be made: what waits goes on, or goes on waiting.

        Without a target it may be anyone's. There may be a hundred others, so these are left alone.
        """
        self.changed()
        for member in self.members:
            if target is not None and member.target is not target:
                continue
            if self.failover_timeout() is None:
                member.note_return()
            if member.queue.count:
                member.pump()

    def pause(self, index: int) -> None:
        """The operator takes a member out: it is skipped, never marked. What it has in flight ends as it ends."""
        self._set_paused(index, paused=True)

    def resume(self, index: int) -> None:
        """The operator puts a member back in."""
        self._set_paused(index, paused=False)
        self.members[index].pump()

    def use_options(self, options: SubscriptionOptions) -> None:
        """Other options from now on. Members, their health and what waits stay."""
        self.context = replace(self.context, options=options)
        self.context.door.expect(options.queue_size)
        for member in self.members:
            member.use_queue(options.queue_size, options.drop)
            member.use_wait(options.wait_for_member)
        self.changed()

    def use_queue_bytes(self, bytes_max: int) -> None:
        """Let so many bytes wait for each member, about."""
        for member in self.members:
            member.use_queue_bytes(bytes_max)

    def inherit(self, old: Lane, places: Mapping[int, int]) -> None:  # noqa: ARG002 - for lanes that know places
        """Go on where `old` stood, whose members stand at `places` now. Members and counters are the caller's."""
        self.version = old.version + 1
        self.last_undelivered = old.last_undelivered

    def retire(self, heir: Callable[[Batch, range], bool]) -> None:  # noqa: ARG002 - for lanes that keep events
        """Take nothing more, and let what is under way end. `heir` takes events that no member was chosen for.

        What waits for a paused member fails now, as nobody can resume it any more.
        """
        for member in self.members:
            if member.health.paused:
                for run in member.give_back():
                    run.settle_all(failed("the subscription was changed while the member was paused", Fault.ENGINE))

    def close(self, reason: str) -> None:
        """End: what waits ends undelivered for `reason`; what is in flight settles, and is passed on to nobody."""
        self.closed_because = reason
        for member in self.members:
            for run in member.give_back():
                run.settle_all(failed(reason, Fault.ENGINE))
        self.changed()

    @property
    def in_flight(self) -> int:
        """Notifications that transports were handed and have not settled."""
        return sum(member.in_flight for member in self.members)

    def keeps(self, run: Run, positions: range, outcome: Outcome) -> bool:
        """Whether a settled part of a run, which failed, waits at its member for a connection instead of ending."""
        member = self.members[run.member]
        if self.closed_because is not None or not member.keep(run, positions, outcome):
            return False
        if outcome.is_cut_off:
            self.counters.copies += len(positions)
        self.version += 1
        member.settled(run, len(positions))
        return True

    def note(self, run: Run, positions: range, outcome: Outcome) -> range:
        """Write down a settled part of a run; returns it as positions of the batch."""
        now = self.context.clock.now()
        indices = run.indices[positions.start : positions.stop]
        self.members[run.member].note(run, len(positions), outcome, now)
        took_s = now - run.planned_at
        self.tell(Entry(Step.SETTLED, run.batch, indices, run.member, run.skipped, run.attempts, outcome, took_s), now)
        self.version += 1
        return indices

    def tell(self, entry: Entry, now: float) -> None:
        """Tell the feed what happened now, in monotonic seconds, to deliveries of this subscription."""
        self.context.feed.add(now, self.context.subscription, entry)

    def took(self, batch: Batch, indices: range, status: Status) -> None:  # noqa: ARG002 - where which ones is of interest
        """Deliveries that somebody took: they ended DELIVERED or SENT.

        Each delivery of the subscription ends exactly once: here, or in `end`.
        """
        if status is Status.DELIVERED:
            self.counters.delivered += len(indices)
        else:
            self.counters.sent += len(indices)

    def end(self, batch: Batch, indices: range, reason: str, skipped: tuple[Skip, ...] = ()) -> None:
        """Deliveries that nobody took: they ended undelivered, for `reason`."""
        self.counters.undelivered += len(indices)
        self.last_undelivered = reason
        outcome = failed(reason, Fault.ENGINE)
        self.tell(Entry(Step.ENDED, batch, indices, skipped=skipped, outcome=outcome), self.context.clock.now())
        self.version += 1

    def _set_paused(self, index: int, *, paused: bool) -> None:
        member = self.members[index]
        member.health = member.health.with_pause(self.context.clock.now(), paused=paused)
        self.changed()
