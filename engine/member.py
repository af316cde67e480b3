"""A member: one subscriber of a virtual subscriber, with its health, its figures and its bounded queue."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable

from engine.address import MemberAddress, printed
from engine.clock import Clock
from engine.health import Health
from engine.metrics import Latencies, MemberCounters
from engine.options import Drop
from engine.patience import Patience
from engine.policies.base import Standing
from engine.run import Batch, Fault, Outcome, Run, Status, failed
from engine.runqueue import RunQueue
from engine.target import Target
from engine.transports.reasons import reason_of

_log = logging.getLogger(__name__)

WINDOW = 1_024
"""Notifications that a transport is handed at most before it has settled some."""

WINDOW_BYTES = 32 << 20
"""Bytes that these take at most, about, where one of them alone does not take more."""

REFILL = WINDOW // 2
"""A run is not cut to fill less than this of the window: what settles one by one would cut runs into single events."""

CROWD = 16_384
"""Where more than this waits, events are kept as bytes and not as objects."""

PATIENCE_S = 0.25
"""A member that settles nothing for this long is not waited for when events are raised in bulk."""

HISTORY = 16
"""Outcomes that a member remembers for the operator."""

SIGNS = {Status.DELIVERED: "✓", Status.SENT: "~", Status.FAILED: "✖"}
NOT_CHOSEN = "·"


def refill(batch: Batch) -> int:
    """How much of the window is to be free before a run is cut to fill it."""
    return min(REFILL, max(1, WINDOW_BYTES // batch.event_size // 2))


class Member:
    """One member at its place in the list. Policies see its `standing`; its lane hands it runs.

    `queue` is for PARALLEL and ROUND-ROBIN; FAILOVER keeps what waits in front of the policy.
    """

    def __init__(
        self,
        index: int,
        address: MemberAddress,
        target: Target,
        clock: Clock,
        queue_size: int,
        freed: Callable[[], None],
        drop: Drop = Drop.NEVER,
    ) -> None:
        self.index = index
        self.address = address
        self.socket = printed(address)
        self.target = target
        self.health = Health(since=clock.now())
        self.counters = MemberCounters()
        self.faults: Counter[str] = Counter()
        """What its failures were the fault of."""
        self.latency = Latencies()
        self.history: deque[str] = deque(maxlen=HISTORY)
        self.queue = RunQueue()
        self.queued = 0
        self.in_flight = 0
        self._in_flight_size = 0
        self.moved_at = clock.now()
        """When a transport last settled something of it or got its first work: whether it is worth waiting for."""
        self._clock = clock
        self._queue_size = queue_size
        self._drop = drop
        self._freed = freed
        self.patience = Patience(clock.now())
        """What is left of the time that others wait for it."""
        self._is_pumping = False
        self._was_full = False
        """Whether the last run filled the window."""

    @property
    def standing(self) -> Standing:
        """What policies may know of it."""
        return Standing(self.health, self.target.down)

    @property
    def room(self) -> int:
        """Notifications that it can still take; what is left of the window counts only while nothing waits for it."""
        if self.queue.is_full:
            return 0
        return self._queue_size - self.queued + (0 if self.queue else WINDOW - self.in_flight)

    @property
    def free(self) -> int:
        """Notifications for which it is sure to have room, in its queue and in its window."""
        if self.queue.is_full:
            return 0
        window = WINDOW - self.in_flight
        is_open = not self.queue and self.target.transport.connection.down_since is None
        is_filled = window >= REFILL or not self._was_full
        return self._queue_size - self.queued + (window if is_open and is_filled else 0)

    def offer(self, run: Run) -> None:
        """Queue a run; where that is too much, the newest or the oldest fails at once, which marks nobody."""
        self.queue.append(run)
        self.queued += len(run)
        self.pump()
        if self.queued > CROWD:
            run.batch.let_go()
        surplus = max(self.queued - self._queue_size, self.queue.surplus(run) if self.queue else 0)
        if surplus > 0 and self._drop is Drop.OLDEST:
            for dropped in self.give_back(surplus):
                self._refuse(dropped, "and the oldest are dropped")
        elif surplus > 0:
            self._refuse_newest(surplus)

    def window(self, batch: Batch) -> int:
        """How many events of a batch its transport may be handed now: one at least when it has nothing."""
        left = (WINDOW_BYTES - self._in_flight_size) // batch.event_size
        return min(WINDOW - self.in_flight, max(left, 0 if self.in_flight else 1))

    def use_queue(self, queue_size: int, drop: Drop) -> None:
        """Another bound for what comes from now on, and what happens beyond it; what waits already stays."""
        self._queue_size = queue_size
        self._drop = drop

    def move_to(self, address: MemberAddress, target: Target) -> None:
        """Go on at another target of the same socket. What the old one has in flight ends there."""
        self.address = address
        self.socket = printed(address)
        self.target = target

    def go_on_as(self, other: Member) -> None:
        """Take over health and figures of a member with the same socket, which from now on counts for itself."""
        self.health, self.moved_at = other.health, other.moved_at
        self.counters, other.counters = other.counters, MemberCounters()
        self.latency, other.latency = other.latency, Latencies()
        self.history, other.history = other.history, deque(maxlen=HISTORY)

    def pump(self) -> None:
        """Hand queued runs to the transport, a window at most. Not re-entered when a run settles at once."""
        if self._is_pumping:
            return
        self._is_pumping = True
        try:
            while self.queue and self.in_flight < WINDOW and not self.health.paused:
                run = self.queue[0]
                room = self.window(run.batch)
                if room <= 0:
                    break
                if room < len(run) and room < refill(run.batch) and self._was_full:
                    break
                self.queue.popleft()
                if room < len(run):
                    run, rest = run.split(room)
                    self.queue.appendleft(rest)
                self.queued -= len(run)
                self._was_full = room <= len(run)
                self.start(run)
        finally:
            self._is_pumping = False

    def start(self, run: Run) -> None:
        """Hand a run to the transport. Where that raises, which it must not, the run fails and no other is harmed."""
        run.is_started = True
        run.started_at = self._clock.now()
        run.connect_now = run.connect_now or not self.health.tried
        if not self.in_flight:
            self.moved_at = run.started_at
        self.in_flight += len(run)
        run.event_size = run.batch.event_size
        self._in_flight_size += len(run) * run.event_size
        try:
            self.target.transport.start(run)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this member's failure alone
            self._broke(run, error)

    def note(self, run: Run, count: int, outcome: Outcome, now: float) -> None:
        """Count `count` settled notifications of a run and let health follow."""
        if run.is_started:
            self.moved_at = now
        status = outcome.status
        self.history.extend(SIGNS[status] * min(count, HISTORY))
        if status is Status.FAILED:
            self.counters.failed += count
            self.faults[outcome.fault or Fault.MEMBER] += count
            self._note_failure(outcome, now)
            return
        self.health = self.health.succeeded(now, run.started_at)
        self.latency.record(now - run.started_at, now, count)
        if status is Status.DELIVERED:
            self.counters.delivered += count
        else:
            self.counters.sent += count

    def landed(self, run: Run, count: int) -> None:
        """`count` notifications of a run are settled; more may follow from the queue."""
        if run.is_started:
            self.in_flight -= count
            self._in_flight_size -= count * run.event_size
        if self.queue:
            self.pump()
        self._freed()

    @property
    def is_moving(self) -> bool:
        """Whether it is worth waiting for: its queue is empty, or it settled something lately."""
        return not self.queue or self._clock.now() - self.moved_at < PATIENCE_S

    def give_back(self, at_most: int | None = None) -> list[Run]:
        """Take runs out of the queue, the oldest first: `at_most` so many notifications, or everything."""
        left = self.queued if at_most is None else min(at_most, self.queued)
        runs = []
        while left > 0:
            run = self.queue.popleft()
            if len(run) > left:
                run, rest = run.split(left)
                self.queue.appendleft(rest)
            left -= len(run)
            self.queued -= len(run)
            runs.append(run)
        return runs

    def _refuse_newest(self, surplus: int) -> None:
        run = self.queue.pop()
        self.queued -= len(run)
        kept = len(run) - surplus
        if kept > 0:
            fitting, run = run.split(kept)
            self.queue.append(fitting)
            self.queued += kept
        self._refuse(run)

    def _refuse(self, run: Run, how: str = "") -> None:
        self.counters.refused += len(run)
        told = f"queue full: {self.queued} notifications wait"
        run.settle_all(failed(f"{told}, {how}" if how else told, Fault.QUEUE))

    def _broke(self, run: Run, error: Exception) -> None:
        """Fail a run at which the transport raised. It may be the event's doing, so it is not tried here again."""
        if self.health.failed_at is None:
            _log.error("the transport of %s broke", self.socket, exc_info=error)
        if isinstance(error, OSError):
            run.settle_all(failed(reason_of(error)))
        else:
            reason = f"the transport broke ({type(error).__name__}); the log tells where"
            run.settle_all(failed(reason, Fault.ANSWER))

    def slowed(self, reason: str, *, is_marked: bool) -> None:
        """It lets events wait. With a mark, it is passed over for some time while others can take them."""
        now = self._clock.now()
        self.health = self.health.slowed(now, reason) if is_marked else self.health.noted(now, reason)

    def _note_failure(self, outcome: Outcome, now: float) -> None:
        if outcome.marks:
            self.health = self.health.failed(now, outcome.reason)
        elif outcome.fault is not Fault.ENGINE:
            self.health = self.health.noted(now, outcome.reason)
