"""The whole engine over scripted transports, everything at once: each event has exactly one outcome a subscription."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.address import PolicyName, parse
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import BusyError, CommandError, SwitchboardError
from engine.event import Event
from engine.feed import FeedRecord, Step
from engine.options import OnFailure, SubscriptionOptions, WhenAllFailed
from engine.run import DELIVERED, SENT, Fault, Outcome, Status, failed
from engine.subscriptions.table import Subscription
from tests.support.clock import FakeClock
from tests.support.ends import StruckOut
from tests.support.world import World, WorldTransport

T = TypeVar("T")

EVENTS = ("E_A", "E_B")
MEMBERS = "udp:127.0.0.1:9 udp:127.0.0.1:10 rabbitmq:app:{}@127.0.0.1:1/q"
SOCKETS = ["udp:127.0.0.1:9", *(f"virtual:{policy} {MEMBERS}" for policy in PolicyName)]
OTHER_MEMBERS = ["udp:127.0.0.1:10 udp:127.0.0.1:11", "udp:127.0.0.1:11", MEMBERS.format("old")]
PASSWORDS = ["old", "new"]
OPTIONS = [
    SubscriptionOptions(),
    SubscriptionOptions(failover_timeout=0.0, queue_size=7),
    SubscriptionOptions(when_all_failed=WhenAllFailed.DROP, on_failure=OnFailure.FAIL),
    SubscriptionOptions(when_all_failed=WhenAllFailed.TRY, failover_timeout=2.0),
    SubscriptionOptions(failover_timeout=5.0, hold_max_age=8.0, queue_size=40),
]
OUTCOMES: list[Outcome] = [
    DELIVERED,
    SENT,
    failed("timed out"),
    failed("too long", Fault.EVENT),
    failed("error 500", Fault.ANSWER),
]
ENTRIES = [{"event": event, "socket": socket.format("old")} for event in EVENTS for socket in SOCKETS]
PICK = st.integers(0, 1000)


class Books:
    """What the feed told of each delivery, checked as it is told."""

    def __init__(self) -> None:
        self.policies: dict[str, PolicyName | None] = {}
        self.ended: Counter[tuple[str, int]] = Counter()
        self.took: dict[tuple[str, int], list[int]] = {}
        self.next = 1

    def read(self, records: tuple[FeedRecord, ...]) -> None:
        for record in records:
            assert record.number == self.next, "the feed has no gaps"
            self.next += 1
            for index in record.indices:
                self._note(record, (record.subscription, record.batch.first_seq + index))

    def _note(self, record: FeedRecord, delivery: tuple[str, int]) -> None:
        if record.step is Step.ENDED:
            assert record.outcome is not None
            assert record.outcome.reason
            self.ended[delivery] += 1
        elif record.step is Step.SETTLED and record.outcome is not None and not record.outcome.is_failure:
            assert record.member is not None
            self.took.setdefault(delivery, []).append(record.member)
        else:
            return
        takers = self.took.get(delivery, [])
        assert self.ended[delivery] + bool(takers) == 1, f"{delivery} has two outcomes"
        assert len(takers) == len(set(takers)), f"{delivery} was taken twice by one member"
        if self.policies[record.subscription] in {PolicyName.FAILOVER, PolicyName.ROUND_ROBIN}:
            assert len(takers) <= 1, f"{delivery} was taken by several members"


class EngineMachine(RuleBasedStateMachine):
    """Subscriptions, events, failures, time and reloads in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.world = World()
        self.world.install(self.patch)
        self.loop = asyncio.new_event_loop()
        self.clock = FakeClock()
        self.settings = Settings(stop_timeout=0)
        self.struck_out = StruckOut()
        self.struck_out.install(self.patch)
        self.engine = self.inside(lambda: Engine(self.settings, clock=self.clock))
        self.books = Books()
        self.expected = 0
        self.raised = 0

    def inside(self, action: Callable[[], T]) -> T:
        """Do something on the engine's loop, and let the loop do what became due."""

        async def act() -> T:
            return action()

        return self.loop.run_until_complete(act())

    def subscription(self, pick: int) -> Subscription:
        subscriptions = list(self.engine.table)
        return subscriptions[pick % len(subscriptions)]

    def transport(self, pick: int) -> WorldTransport:
        return self.world.open[pick % len(self.world.open)]

    def raise_some(self, event: str, count: int) -> None:
        for number in range(count):
            try:
                self.expected += self.engine.raise_event(Event(event), "test")
            except BusyError:
                assert all(not lane.free - number > 0 for lane in self.engine.roster.lanes_of(event))
                return
            self.raised += 1

    def has_subscriptions(self) -> bool:
        return len(self.engine.table) > 0

    @rule(
        event=st.sampled_from(EVENTS),
        socket=st.sampled_from(SOCKETS),
        password=st.sampled_from(PASSWORDS),
        expire=st.sampled_from([None, 5.0, 30.0]),
        options=st.sampled_from(OPTIONS),
        count=st.integers(0, 3),
    )
    def subscribe(
        self, event: str, socket: str, password: str, expire: float | None, options: SubscriptionOptions, count: int
    ) -> None:
        def act() -> None:
            self.raise_some(event, count)
            subscription = self.engine.subscribe(event, parse(socket.format(password)), expire, options)
            self.books.policies[subscription.id] = subscription.policy

        self.inside(act)

    @rule(number=st.integers(1, 3))
    def fail_to_subscribe(self, number: int) -> None:
        before = len(self.engine.table)
        self.world.unusable.add("udp:127.0.0.1:99")
        with pytest.raises(SwitchboardError):
            self.inside(
                lambda: self.engine.subscribe("E_A", parse(f"virtual:PARALLEL udp:h:{number} udp:127.0.0.1:99"), 1)
            )
        assert len(self.engine.table) == before

    @precondition(has_subscriptions)
    @rule(pick=PICK, count=st.integers(0, 20))
    def raise_and_unsubscribe(self, pick: int, count: int) -> None:
        subscription = self.subscription(pick)

        def act() -> None:
            self.raise_some(subscription.event, count)
            self.engine.unsubscribe(subscription.id)

        self.inside(act)

    @rule(event=st.sampled_from(EVENTS), count=st.integers(1, 60))
    def raise_events(self, event: str, count: int) -> None:
        self.inside(lambda: self.raise_some(event, count))

    @precondition(lambda self: self.world.busy)
    @rule(pick=PICK, size=st.integers(1, 50), outcome=st.sampled_from(OUTCOMES))
    def settle(self, pick: int, size: int, outcome: Outcome) -> None:
        busy = self.world.busy
        self.inside(lambda: busy[pick % len(busy)].settle_next(size, outcome))

    @precondition(lambda self: self.world.open)
    @rule(pick=PICK, answer=st.sampled_from([None, *OUTCOMES]), is_broken=st.booleans())
    def answer_from_now_on(self, pick: int, answer: Outcome | None, is_broken: bool) -> None:
        transport = self.transport(pick)
        transport.answer = answer
        transport.error = LookupError("a mistake") if is_broken else None

    @precondition(lambda self: self.world.open)
    @rule(pick=PICK)
    def break_down_or_come_back(self, pick: int) -> None:
        transport = self.transport(pick)
        is_down = transport.connection.error is not None
        self.inside(transport.come_back if is_down else lambda: transport.break_down("connection reset"))

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 4.999, 5.0, 30.0]))
    def wait(self, seconds: float) -> None:
        self.inside(lambda: self.clock.advance(seconds))

    @precondition(has_subscriptions)
    @rule(pick=PICK, member=st.integers(0, 2), is_paused=st.booleans())
    def pause_or_resume(self, pick: int, member: int, is_paused: bool) -> None:
        subscription = self.subscription(pick)
        action = self.engine.pause if is_paused else self.engine.resume
        self.inside(lambda: action(subscription.id, member % len(subscription.lane.members)))

    @precondition(lambda self: any(subscription.policy for subscription in self.engine.table))
    @rule(pick=PICK, members=st.sampled_from(OTHER_MEMBERS), options=st.sampled_from(OPTIONS), count=st.integers(0, 3))
    def change_members(self, pick: int, members: str, options: SubscriptionOptions, count: int) -> None:
        virtual = [subscription for subscription in self.engine.table if subscription.policy]
        subscription = virtual[pick % len(virtual)]

        def act() -> None:
            self.raise_some(subscription.event, count)
            with suppress(CommandError):  # another one has these members
                self.engine.roster.change(subscription, parse(f"virtual:{subscription.policy} {members}"), options)

        self.inside(act)

    @rule(chosen=st.sets(st.sampled_from(range(len(ENTRIES)))), timeout=st.sampled_from([3.0, 30.0]))
    def reload(self, chosen: set[int], timeout: float) -> None:
        entries = [ENTRIES[number] for number in sorted(chosen)]
        wanted = Settings(subscriptions=entries, failover_timeout=timeout, stop_timeout=0)
        self.loop.run_until_complete(self.engine.reload(wanted))
        for subscription in self.engine.table:
            self.books.policies[subscription.id] = subscription.policy

    @invariant()
    def no_delivery_has_two_outcomes(self) -> None:
        self.books.read(self.engine.feed.since(self.books.next, limit=10**9))

    @invariant()
    def figures_balance(self) -> None:
        figures = self.inside(self.engine.snapshot).figures
        assert figures.accepted == self.raised
        assert figures.delivered + figures.sent + figures.undelivered + figures.waiting == self.expected
        assert figures.waiting >= 0

    @invariant()
    def queues_keep_their_bounds(self) -> None:
        for row in self.inside(self.engine.snapshot).subscriptions:
            largest = max(options.queue_size for options in OPTIONS)
            for member in row.members:
                assert 0 <= member.in_flight <= 1024
                assert 0 <= member.waiting <= largest

    def teardown(self) -> None:
        """Whatever happened, after a stop every delivery has had its outcome, and nothing is left."""
        try:
            self.loop.run_until_complete(self.engine.stop())
            self.no_delivery_has_two_outcomes()
            figures = self.inside(self.engine.snapshot).figures
            assert figures.waiting == 0
            assert len(self.books.ended) + len(self.books.took) == self.expected
            assert (len(self.books.took), len(self.books.ended)) == (
                figures.delivered + figures.sent,
                figures.undelivered,
            )
            assert set(self.struck_out.statuses) == self.books.took.keys() | self.books.ended.keys()
            assert Counter(self.struck_out.statuses.values()) == Counter(
                {
                    Status.DELIVERED: figures.delivered,
                    Status.SENT: figures.sent,
                    Status.FAILED: figures.undelivered,
                }
            )
            assert self.world.open == []
            assert self.world.busy == []
            assert self.clock.pending == 0, "no timer is left"
            assert self.engine.roster.closing == 0
        finally:
            self.loop.close()
            self.patch.undo()


TestEngineMachine = EngineMachine.TestCase
TestEngineMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
