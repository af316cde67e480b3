"""A member: one subscriber of a virtual subscriber, with its health, its figures and its bounded queue."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable

from engine.address import MemberAddress, printed
from engine.clock import Clock, Timer
from engine.health import Health
from engine.metrics import Latencies, MemberCounters
from engine.options import Drop
from engine.patience import Patience
from engine.policies.base import Standing
from engine.run import Attempt, Batch, Fault, Outcome, Run, Status, failed
from engine.run_queue import RunQueue
from engine.target import Target
from engine.transports.base import ConnectionState
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

EXPIRED_AT_A_TIME = 128
"""Runs that have waited too long and fail in one turn of the loop."""

HISTORY = 16
"""Outcomes that a member remembers for the operator."""

SIGNS = {Status.DELIVERED: "✓", Status.SENT: "~", Status.FAILED: "✖"}
NOT_CHOSEN = "·"

_AWAY = frozenset((ConnectionState.DOWN, ConnectionState.CONNECTING))


def refill(batch: Batch) -> int:
    """How much of the window is to be free before a run is cut to fill it."""
    return min(REFILL, max(1, WINDOW_BYTES // batch.event_size // 2))


class Member:
    """One member at its place in the list. Policies see its `standing`; its lane hands it runs.

    `queue` is for PARALLEL and ROUND-ROBIN; FAILOVER keeps what waits in front of the policy. While the connection is
    down, what is in the queue stays there, `wait_s` seconds from the loss or from being raised, whichever is later.
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
        *,
        wait_s: float = 0.0,
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
        self.queue = RunQueue(queue_size)
        self.in_flight = 0
        self._bytes_in_flight = 0
        self.moved_at = clock.now()
        """When a transport last settled something of it or got its first work: whether it is worth waiting for."""
        self._clock = clock
        self._drop = drop
        self._wait_s = wait_s
        self._timer: Timer | None = None
        """Fails what has waited for the connection for too long."""
        self._moved_to_at: float | None = None
        """When it went on at another target; what was started before is the former one's."""
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
        queue = self.queue
        if queue.is_full_of_bytes:
            return 0
        window = 0 if queue.count or self.awaits_connection else WINDOW - self.in_flight
        return queue.capacity - queue.count + window

    @property
    def awaits_connection(self) -> bool:
        """Whether what comes for it stays in its queue, because its connection is down."""
        return self._wait_s > 0 and self.target.down is not None

    def would_wait(self, batch: Batch) -> bool:
        """Whether events have time left to wait for its connection, which is down."""
        return self.awaits_connection and not self.health.paused and self._clock.now() < self._deadline(batch)

    @property
    def free(self) -> int:
        """Notifications for which it is sure to have room, in its queue and in its window."""
        queue = self.queue
        if queue.is_full_of_bytes:
            return 0
        window = WINDOW - self.in_flight
        is_open = not queue.count and self.target.transport.connection.down_since is None
        is_filled = window >= REFILL or not self._was_full
        return queue.capacity - queue.count + (window if is_open and is_filled else 0)

    def offer(self, run: Run) -> None:
        """Queue a run; where that is too much, the newest or the oldest fails at once, which marks nobody."""
        queue = self.queue
        queue.append(run)
        self.pump()
        if not queue.count:
            return
        if queue.count > CROWD:
            run.batch.pack()
        surplus = queue.surplus(run)
        if surplus and self._drop is Drop.OLDEST:
            for dropped in self.give_back(surplus):
                self._refuse(dropped, "and the oldest are dropped")
        elif surplus:
            self._refuse(queue.take_newest(surplus))

    def window(self, batch: Batch) -> int:
        """How many events of a batch its transport may be handed now: one at least when it has nothing."""
        left = (WINDOW_BYTES - self._bytes_in_flight) // batch.event_size
        return min(WINDOW - self.in_flight, max(left, 0 if self.in_flight else 1))

    def use_queue(self, queue_size: int, drop: Drop) -> None:
        """Another bound for what comes from now on, and what happens beyond it; what waits already stays."""
        self.queue.capacity = queue_size
        self._drop = drop

    def use_queue_bytes(self, bytes_max: int) -> None:
        """Let so many bytes wait from now on, about; what waits already stays."""
        self.queue.bytes_max = bytes_max

    def use_wait(self, wait_s: float) -> None:
        """Wait for a connection as long as this from now on; 0 is not at all."""
        self._wait_s = wait_s
        self._stop_timer()
        self.pump()

    def move_to(self, address: MemberAddress, target: Target) -> None:
        """Go on at another target of the same socket. What the old one has in flight ends there; what it has not sent
        when it is closed waits here."""
        if target is not self.target:
            self._moved_to_at = self._clock.now()
        self.address = address
        self.socket = printed(address)
        self.target = target

    def take_over_from(self, other: Member) -> None:
        """Have the health and the figures of a member with the same socket; that one counts from 0 again."""
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
            while self.queue.count and self.in_flight < WINDOW and not self.health.paused:
                if self.awaits_connection:
                    self._wait()
                    break
                run = self.queue.runs[0]
                count, room = len(run), WINDOW - self.in_flight
                if room < count and room < REFILL and self._was_full:
                    break
                if self._bytes_in_flight + count * run.batch.event_size > WINDOW_BYTES:
                    room = self.window(run.batch)
                    if room <= 0 or (room < count and room < refill(run.batch) and self._was_full):
                        break
                self._was_full = room <= count
                self.start(self.queue.take_front(room))
        finally:
            self._is_pumping = False
        if not self.queue.count:
            self._stop_timer()

    def note_return(self) -> None:
        """Its peer may be there again: what it failed for before that is over, whether or not an event comes."""
        connection = self.target.transport.connection
        if connection.back_at is not None and self.target.down is None:
            self.health = self.health.returned(self._clock.now(), connection.back_at)

    def keep(self, run: Run, positions: range, outcome: Outcome) -> bool:
        """Take events that failed for want of a connection back to the front of the queue, as long as they may wait.

        What was cut off is sent once more, after a reconnect. False where it is to count as failed.
        """
        if not self._wait_s or not (outcome.is_unsent or outcome.is_cut_off) or not self._may_wait(run, outcome):
            return False
        now = self._clock.now()
        attempts = run.attempts
        if outcome.is_cut_off:
            attempts = (*attempts, Attempt(self.index, now, outcome))
        if outcome.fault is not Fault.ENGINE:
            self._note_absence(outcome.reason, now)
        self.queue.put_back(run.again(positions, attempts))
        return True

    def start(self, run: Run) -> None:
        """Hand a run to the transport. Where that raises, which it must not, the run fails and no other is harmed."""
        run.is_started = True
        run.started_at = self._clock.now()
        run.connect_now = run.connect_now or not self.health.tried
        if not self.in_flight:
            self.moved_at = run.started_at
        self.in_flight += len(run)
        self._bytes_in_flight += len(run) * run.batch.event_size
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
            self._note_failure(outcome, now, is_absent=outcome.is_unsent or not run.is_started)
            return
        self.health = self.health.succeeded(now, run.started_at)
        self.latency.record(now - run.started_at, now, count)
        if status is Status.DELIVERED:
            self.counters.delivered += count
        else:
            self.counters.sent += count

    def settled(self, run: Run, count: int) -> None:
        """`count` notifications of a run are settled; more may follow from the queue."""
        if run.is_started:
            self.in_flight -= count
            self._bytes_in_flight -= count * run.batch.event_size
        if self.queue.count:
            self.pump()
        self._freed()

    @property
    def is_moving(self) -> bool:
        """Whether it is worth waiting for: its queue is empty, or it settled something in the last `PATIENCE_S`."""
        return not self.queue.count or self._clock.now() - self.moved_at < PATIENCE_S

    def give_back(self, at_most: int | None = None) -> list[Run]:
        """Take runs out of the queue, the oldest first: `at_most` so many notifications, or everything."""
        runs = self.queue.take(at_most)
        if not self.queue.count:
            self._stop_timer()
        return runs

    def _may_wait(self, run: Run, outcome: Outcome) -> bool:
        if outcome.is_cut_off:
            if self._cut_off_before(run) is not None:
                return False
        elif self._moved_to_at is not None and run.is_started and run.started_at < self._moved_to_at:
            return True  # the former target's, closed since
        elif self.target.transport.connection.state not in _AWAY:
            return False  # it would only fail again
        return self._clock.now() < self._deadline(run.batch)

    def _deadline(self, batch: Batch) -> float:
        """Until when events may wait for a connection."""
        raised_at, down_since = batch.raised_at, self.target.transport.connection.down_since
        return (raised_at if down_since is None else max(raised_at, down_since)) + self._wait_s

    def _wait(self) -> None:
        """What is in the queue wants a connection, and waits for it."""
        self._note_absence(self.target.down or "no connection", self._clock.now())
        self.target.transport.demand()
        if self._timer is None:
            self._timer = self._clock.call_at(self._deadline(self.queue.runs[0].batch), self._expire)

    def _expire(self) -> None:
        """Fail what has waited for too long, with the reason that is true now; a part of it, where that is much."""
        self._timer = None
        now = self._clock.now()
        left = EXPIRED_AT_A_TIME
        while left and self.queue.count and self.awaits_connection and not self.health.paused:
            if self._deadline(self.queue.runs[0].batch) > now:
                break
            left -= 1
            run = self.queue.take_front(self.queue.count)
            run.settle_all(self._in_vain(run))
        if not left and self.queue.count and self._timer is None:
            self._timer = self._clock.call_at(now, self._expire)
        self.pump()
        self._freed()

    def _in_vain(self, run: Run) -> Outcome:
        """How an event ends for which no connection came."""
        reason = self.target.down or "no connection"
        before = self._cut_off_before(run)
        if before is None:
            return failed(reason, unsent=True)
        return failed(f"{reason}; before that: {before.reason}", maybe_taken=True)

    def _cut_off_before(self, run: Run) -> Outcome | None:
        """How the connection was lost with these events in flight, where they were sent here before."""
        outcomes = (attempt.outcome for attempt in run.attempts if attempt.member == self.index)
        return next((outcome for outcome in outcomes if outcome.is_cut_off), None)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _note_absence(self, reason: str, now: float) -> None:
        """Whoever looks at it sees that it fails, also while nothing has failed for good."""
        if self.health.failed_at is None or self.health.error != reason:
            self.health = self.health.failed(now, reason, is_absent=True)

    def _refuse(self, run: Run, how: str = "") -> None:
        self.counters.refused += len(run)
        why = f" ({self.target.down})" if self.awaits_connection else ""
        reason = f"queue full: {self.queue.count} notifications wait{why}"
        run.settle_all(failed(f"{reason}, {how}" if how else reason, Fault.QUEUE))

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

    def _note_failure(self, outcome: Outcome, now: float, *, is_absent: bool) -> None:
        if outcome.marks:
            self.health = self.health.failed(now, outcome.reason, is_absent=is_absent)
        elif outcome.fault is not Fault.ENGINE:
            self.health = self.health.noted(now, outcome.reason)
