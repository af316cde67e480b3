"""Lanes on a clock that stands still, over transports that do what the test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from engine.address import UdpAddress
from engine.event import Event
from engine.feed import Feed
from engine.lanes.base import Lane, LaneContext
from engine.member import Member
from engine.options import SubscriptionOptions
from engine.run import SENT, Batch, Fault, Outcome, Run, failed
from engine.transports.base import IDLE, Connection, ConnectionState
from tests.support.clock import FakeClock


@dataclass
class ScriptedTransport:
    """Settles at once with `answer`, or keeps runs in `open` for the test to settle."""

    answer: Outcome | None = None
    open: list[Run] = field(default_factory=list)
    started: list[Run] = field(default_factory=list)
    took: list[int] = field(default_factory=list)
    """Sequence numbers in the order in which they were taken successfully."""
    connection: Connection = IDLE
    payload_max: int | None = None
    on_wire: int | None = None
    """How many of the open notifications count as handed over, the oldest; None is all."""
    demanded: int = 0

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Settle what is not handed over."""
        left = self.on_wire
        for run in tuple(self.open):
            for stretch in run.open_stretches():
                kept = len(stretch) if left is None else min(left, len(stretch))
                left = None if left is None else left - kept
                if is_wanted(run):
                    self.settle(run, stretch[kept:], outcome)
        self.open = [run for run in self.open if run.unsettled]

    def demand(self) -> None:
        """Count it."""
        self.demanded += 1

    def start(self, run: Run) -> None:
        """Take a run."""
        self.started.append(run)
        if self.answer is None:
            self.open.append(run)
        else:
            self.settle(run, range(len(run)), self.answer)

    def settle(self, run: Run, positions: range, outcome: Outcome) -> None:
        """Settle a part of a run."""
        if not outcome.is_failure:
            self.took.extend(run.batch.first_seq + run.indices[position] for position in positions)
        run.settle(positions, outcome)

    def settle_next(self, size: int, outcome: Outcome) -> None:
        """Settle the first `size` open events of the oldest open run."""
        run = self.open[0]
        stretch = run.open_stretches()[0][:size]
        if run.unsettled == len(stretch):
            self.open.pop(0)
        self.settle(run, stretch, outcome)

    def lose_connection(self, reason: str = "connection reset") -> None:
        """Everything open fails, as with a lost connection."""
        runs, self.open = self.open, []
        for run in runs:
            run.settle_all(failed(reason))


@dataclass
class ScriptedTarget:
    """A target without a table around it."""

    transport: Any
    down: str | None = None


class LaneBench:
    """One lane with `members` scripted members."""

    def __init__(
        self, lane_class: type[Lane], members: int = 3, *, answer: Outcome | None = SENT, **options: Any
    ) -> None:
        self.clock = FakeClock()
        self.feed = Feed()
        self.transports = [ScriptedTransport(answer, connection=Connection(ConnectionState.UP)) for _ in range(members)]
        self.targets = [ScriptedTarget(transport) for transport in self.transports]
        self.options = SubscriptionOptions(**options)
        context = LaneContext("test", self.clock, self.feed, self.options)
        self.lane = lane_class(context, self._make_members)
        self._seq = count(1)
        self._next_seq = 1
        self.raised: list[int] = []

    @property
    def members(self) -> list[Member]:
        """The lane's members."""
        return self.lane.members

    def raise_events(self, number: int) -> list[int]:
        """Raise `number` events as one batch; their sequence numbers."""
        first = self._next_seq
        self._next_seq += number
        batch = Batch(
            "E_TEST", [Event("E_TEST", ((None, first + i),)) for i in range(number)], first, self.clock.now(), ""
        )
        numbers = list(range(first, first + number))
        self.raised += numbers
        self.lane.take(batch)
        return numbers

    def skip_numbers(self, count: int) -> None:
        """Events of other names take the next `count` sequence numbers."""
        self._next_seq += count

    def fail(self, member: int, reason: str = "connection refused", fault: Fault = Fault.MEMBER) -> None:
        """From now on the member fails everything at once."""
        self.transports[member].answer = failed(reason, fault)

    def go_down(self, member: int, reason: str = "connection refused") -> None:
        """The member's connection cannot be made."""
        since = self.transports[member].connection.down_since or self.clock.now()
        self.transports[member].connection = Connection(ConnectionState.DOWN, reason, None, since)
        self.targets[member].down = reason
        self.lane.connection_changed()

    def go_down_after(self, member: int, outcome: Outcome, reason: str = "connection refused") -> None:
        """The member's connection is lost: what is open ends with `outcome`, and there is none to be had."""
        self.transports[member].connection = Connection(ConnectionState.DOWN, reason, None, self.clock.now())
        self.targets[member].down = reason
        runs, self.transports[member].open = self.transports[member].open, []
        for run in runs:
            run.settle_all(outcome)
        self.lane.connection_changed()

    def come_back(self, member: int) -> None:
        """The member's connection is up."""
        self.transports[member].connection = Connection(ConnectionState.UP, back_at=self.clock.now())
        self.targets[member].down = None
        self.lane.connection_changed()

    def heal(self, member: int) -> None:
        """From now on the member takes everything."""
        self.transports[member].answer = SENT

    def check_books(self) -> None:
        """Taken = ended + waiting, each counter is what the transports saw, and queues are as long as they say."""
        counters = self.lane.counters
        assert counters.taken == len(self.raised)
        assert counters.waiting >= 0
        assert counters.taken == counters.delivered + counters.sent + counters.undelivered + counters.waiting
        for member in self.members:
            assert member.queue.count == sum(map(len, member.queue.runs))
            assert member.queue.size == sum(len(run) * run.batch.event_size for run in member.queue.runs)

    def _make_members(self, lane: Lane) -> list[Member]:
        return [
            Member(
                index,
                UdpAddress("127.0.0.1", 9000 + index),
                target,
                self.clock,
                self.options.queue_size,
                lambda: None,
                self.options.drop,
                wait_s=self.options.wait_for_member,
            )
            for index, target in enumerate(self.targets)
        ]
