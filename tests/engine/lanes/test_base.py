"""What the lanes share: each delivery ends exactly once, whatever happens to its subscription."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from engine.address import PolicyName, parse
from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.event import Event
from engine.feed import FeedRecord
from engine.options import Drop, OnFailure, SubscriptionOptions
from engine.run import DELIVERED, SENT, Fault, Status, failed
from engine.subscriptions.table import Subscription
from tests.support.clock import FakeClock
from tests.support.ends import StruckOut, told_by
from tests.support.world import World

MEMBERS = "udp:127.0.0.1:9 udp:127.0.0.1:10 rabbitmq:app:{}@127.0.0.1:1/q"
OUTCOMES = [
    SENT,
    failed("timed out"),
    DELIVERED,
    failed("too long", Fault.EVENT),
    DELIVERED,
    failed("no", Fault.ANSWER),
]
RAISED = 90


@dataclass
class Scene:
    """An engine with one subscription, of which some events have settled, some are in flight and some wait."""

    engine: Engine
    world: World
    clock: FakeClock
    policy: PolicyName
    struck_out: StruckOut

    @property
    def subscription(self) -> Subscription:
        (subscription,) = self.engine.table
        return subscription

    async def raise_events(self, count: int) -> None:
        for number in range(count):
            self.engine.raise_event(Event("E_A", (("number", number),)), "test")
        await asyncio.sleep(0)

    def settle_some(self, rounds: int) -> None:
        """Let what is in flight end in small parts, each time otherwise."""
        for number in range(rounds):
            for transport in self.world.busy:
                transport.settle_next(1 + number % 3, OUTCOMES[number % len(OUTCOMES)])

    def records(self) -> tuple[FeedRecord, ...]:
        return self.engine.feed.since(0, limit=100_000)

    def reasons(self) -> set[str]:
        return {record.outcome.reason for record in self.records() if record.outcome is not None}

    def settings(self, *sockets: str) -> Settings:
        entries = tuple(SubscriptionSettings(event="E_A", socket=socket) for socket in sockets)
        return Settings(subscriptions=entries, stop_timeout=0)


def socket(policy: PolicyName, members: str = MEMBERS.format("old")) -> str:
    return f"virtual:{policy} {members}"


@pytest.fixture(params=list(PolicyName))
async def scene(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """The scene, and at its end: the engine has stopped, and each delivery was struck out once and rightly."""
    world, struck_out, clock = World(), StruckOut(), FakeClock()
    world.install(monkeypatch)
    struck_out.install(monkeypatch)
    entries = (SubscriptionSettings(event="E_A", socket=socket(request.param)),)
    engine = Engine(Settings(subscriptions=entries, stop_timeout=0), clock=clock)
    await engine.start()
    scene = Scene(engine, world, clock, request.param, struck_out)
    await scene.raise_events(RAISED // 3)
    scene.settle_some(16)
    await scene.raise_events(RAISED // 3)
    scene.settle_some(4)
    await scene.raise_events(RAISED // 3)
    yield scene
    await engine.stop()
    ends = struck_out.statuses
    assert ends == told_by(scene.records())
    assert sorted(sequence for _, sequence in ends) == list(range(1, engine.dispatcher.accepted + 1))
    figures, counts = engine.snapshot().figures, Counter(ends.values())
    assert counts[Status.DELIVERED] == figures.delivered
    assert counts[Status.SENT] == figures.sent
    assert counts[Status.FAILED] == figures.undelivered
    assert figures.waiting == 0
    assert clock.pending == 0, "no timer is left"


async def everything_settles(scene: Scene) -> None:
    """Until nothing is in flight, with every kind of outcome."""
    while scene.world.busy:
        scene.settle_some(len(OUTCOMES))


async def members_are_lost_and_come_back(scene: Scene) -> None:
    """One after the other, with events in flight."""
    for transport in tuple(scene.world.open):
        transport.break_down("connection reset")
        scene.settle_some(2)
    for transport in scene.world.open:
        transport.come_back()
    scene.clock.advance(31)
    scene.settle_some(5)


async def what_waits_is_withdrawn(scene: Scene) -> None:
    """Slow members are left by FAILOVER and paused under the other policies."""
    for transport in scene.world.open:
        transport.on_wire = 2
    await scene.raise_events(20)
    scene.clock.advance(20)
    for member in (0, 1):
        scene.engine.pause(scene.subscription.id, member)
        scene.settle_some(2)
    scene.engine.resume(scene.subscription.id, 0)
    if scene.policy is PolicyName.FAILOVER:
        assert any("taken back" in reason for reason in scene.reasons())
    if scene.policy is PolicyName.ROUND_ROBIN:
        assert "paused by the operator" in {skip.reason for record in scene.records() for skip in record.skipped}


async def queues_overflow(scene: Scene) -> None:
    """More is raised than there is room for, and the oldest are dropped."""
    options = SubscriptionOptions(queue_size=10, drop=Drop.OLDEST, on_failure=OnFailure.FAIL)
    scene.engine.subscribe("E_A", parse(socket(scene.policy)), None, options)
    for _ in range(70):
        await scene.raise_events(60)
    assert any("queue full" in reason for reason in scene.reasons())


async def the_configuration_has_another_password(scene: Scene) -> None:
    """The subscription goes on, one of its members at another target."""
    await scene.engine.reload(scene.settings(socket(scene.policy, MEMBERS.format("new"))))
    scene.settle_some(3)


async def the_configuration_has_it_no_longer(scene: Scene) -> None:
    """It ends."""
    await scene.engine.reload(scene.settings())


async def it_is_changed(scene: Scene) -> None:
    """It goes on with other members, in another lane of the same policy."""
    await scene.raise_events(3)
    address = parse(socket(scene.policy, "udp:127.0.0.1:10 udp:127.0.0.1:11"))
    scene.engine.roster.change(scene.subscription, address, SubscriptionOptions())
    await scene.raise_events(3)
    await everything_settles(scene)


async def it_has_another_policy(scene: Scene) -> None:
    """It goes on under each of the policies, with a member paused and what waits handed on."""
    for policy in (*PolicyName, scene.policy):
        scene.engine.pause(scene.subscription.id, 0)
        scene.engine.roster.change(scene.subscription, parse(socket(policy)), SubscriptionOptions())
        await scene.raise_events(5)
        scene.settle_some(2)


async def it_is_unsubscribed(scene: Scene) -> None:
    """It ends with events in the inbox; what is in flight fails after that, and is taken after that."""
    scene.engine.raise_event(Event("E_A"), "test")
    scene.engine.unsubscribe(scene.subscription.id)
    scene.settle_some(9)


async def it_expires(scene: Scene) -> None:
    """It ends by itself."""
    scene.engine.roster.set_expiry(scene.subscription, 5)
    scene.clock.advance(6)


async def the_engine_stops(scene: Scene) -> None:
    """Events in the inbox, in the queues and in flight."""
    scene.engine.raise_event(Event("E_A"), "test")


@pytest.mark.parametrize(
    "happen",
    [
        everything_settles,
        members_are_lost_and_come_back,
        what_waits_is_withdrawn,
        queues_overflow,
        the_configuration_has_another_password,
        the_configuration_has_it_no_longer,
        it_is_changed,
        it_has_another_policy,
        it_is_unsubscribed,
        it_expires,
        the_engine_stops,
    ],
)
async def test_each_delivery_is_struck_out_once_and_as_it_ended(
    scene: Scene, happen: Callable[[Scene], Awaitable[None]]
) -> None:
    before = dict(scene.struck_out.statuses)
    assert before, "some have ended"
    assert len(before) < RAISED, "and some have not"
    await happen(scene)
