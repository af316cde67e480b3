"""Subscriptions that come, change and go while events flow: what did not change is not disturbed, nothing is leaked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import BusyError, SwitchboardError
from engine.health import State
from engine.options import OnFailure, SubscriptionOptions, WhenAllFailed
from engine.run import DELIVERED, SENT, failed
from engine.subscriptions.table import Subscription
from engine.transports.base import TransportOptions
from tests.support.clock import FakeClock
from tests.support.sockets import numbered
from tests.support.world import World

PAIR = "virtual:FAILOVER rabbitmq:app:old@127.0.0.1:1/q flatstore:/tmp/never/written"
NEW_PASSWORD = PAIR.replace("old", "new")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(SENT)
    world.install(monkeypatch)
    return world


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def engine(world: World, clock: FakeClock) -> AsyncIterator[Engine]:
    engine = Engine(Settings(stop_timeout=0), clock=clock)
    yield engine
    await engine.stop()


def raise_now(engine: Engine, count: int) -> None:
    for event in numbered(count):
        engine.raise_event(event, "test")
    engine.dispatcher.drain()


def hold_events(engine: Engine, world: World, count: int = 3) -> Subscription:
    """A subscription that holds events, as both members fail."""
    subscription = engine.subscribe("E_TEST", parse(PAIR), None)
    for transport in world.open:
        transport.answer = failed("login refused")
    raise_now(engine, count)
    assert subscription.lane.counters.waiting == count
    return subscription


async def test_a_subscription_that_cannot_be_made_leaves_nothing_open(engine: Engine, world: World) -> None:
    world.unusable.add("udp:127.0.0.1:10")
    with pytest.raises(SwitchboardError, match="cannot serve"):
        engine.subscribe("E_TEST", parse("virtual:PARALLEL udp:127.0.0.1:9 udp:127.0.0.1:10"), None)
    await engine.tasks.finish()
    assert world.open == []
    assert len(engine.table) == 0


async def test_a_refresh_that_cannot_be_made_leaves_the_subscription_as_it_was(engine: Engine, world: World) -> None:
    subscription = engine.subscribe("E_TEST", parse(PAIR), None)
    before = list(world.open)
    world.unusable.add("rabbitmq:app:new@127.0.0.1:1/q")
    with pytest.raises(SwitchboardError, match="cannot serve"):
        engine.subscribe("E_TEST", parse(NEW_PASSWORD), None)
    assert list(engine.table) == [subscription]
    raise_now(engine, 2)
    assert before[0].took == [1, 2]
    await engine.tasks.finish()
    assert world.open == before


async def test_other_options_disturb_neither_members_nor_what_is_held(
    engine: Engine, world: World, clock: FakeClock
) -> None:
    subscription = hold_events(engine, world)
    before = list(world.open)
    engine.subscribe("E_TEST", parse(PAIR), None, SubscriptionOptions(failover_timeout=2.0, hold_max_age=50.0))
    assert world.open == before
    assert subscription.lane.counters.waiting == 3
    assert subscription.lane.members[0].health.failed_at == clock.now()
    before[0].answer = SENT
    clock.advance(2)
    assert before[0].took == [1, 2, 3]


async def test_other_options_hold_at_once_for_what_is_held(engine: Engine, world: World) -> None:
    subscription = hold_events(engine, world)
    engine.subscribe("E_TEST", parse(PAIR), None, SubscriptionOptions(when_all_failed=WhenAllFailed.DROP))
    assert subscription.lane.counters.undelivered == 3


async def test_a_smaller_queue_keeps_what_waits_and_refuses_what_is_new(engine: Engine, world: World) -> None:
    subscription = engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), None, SubscriptionOptions(queue_size=10))
    world.open[0].answer = None
    raise_now(engine, 500)
    raise_now(engine, 530)
    assert subscription.lane.members[0].queue.count == 6
    engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), None, SubscriptionOptions(queue_size=4))
    assert subscription.lane.members[0].queue.count == 6
    with pytest.raises(BusyError):
        raise_now(engine, 1)
    assert engine.dispatcher.refused == 1
    engine.subscribe("E_TEST", parse("udp:127.0.0.1:10"), None)
    raise_now(engine, 3)
    assert subscription.lane.members[0].counters.refused == 3, "what another can take is taken, and refused here alone"


async def test_a_new_password_exchanges_that_connection_alone(engine: Engine, world: World) -> None:
    subscription = hold_events(engine, world)
    old_broker, file = world.open
    engine.subscribe("E_TEST", parse(NEW_PASSWORD), None)
    await engine.tasks.finish()
    broker = world.at("rabbitmq:app:new@127.0.0.1:1/q")
    assert set(world.open) == {broker, file}
    assert old_broker.is_closed
    assert subscription.lane.counters.waiting == 3, "what was held goes on being held"
    assert engine.snapshot().subscriptions[0].members[1].state is State.FAILED


async def test_what_the_old_connection_had_in_flight_goes_to_the_new_one(engine: Engine, world: World) -> None:
    subscription = engine.subscribe("E_TEST", parse(PAIR), None)
    old_broker = world.open[0]
    old_broker.answer = None
    raise_now(engine, 3)
    old_broker.settle_next(1, DELIVERED)
    engine.subscribe("E_TEST", parse(NEW_PASSWORD), None)
    await engine.tasks.finish()
    assert old_broker.took == [1]
    assert world.at("rabbitmq:app:new@127.0.0.1:1/q").took == [2, 3]
    assert subscription.lane.counters.undelivered == 0


async def test_a_refresh_in_another_order_keeps_members_and_connections(engine: Engine, world: World) -> None:
    both = ("rabbitmq:app:old@127.0.0.1:1/q", "rabbitmq:app:old@127.0.0.1:1/other")
    subscription = engine.subscribe("E_TEST", parse(f"virtual:PARALLEL {both[0]} {both[1]}"), None)
    changed = both[0].replace("old", "new")
    assert engine.subscribe("E_TEST", parse(f"virtual:PARALLEL {both[1]} {changed}"), None) is subscription
    await engine.tasks.finish()
    assert len(world.open) == 2
    raise_now(engine, 1)
    assert world.at(both[1]).took == world.at(changed).took == [1]
    row = engine.snapshot().subscriptions[0]
    assert row.socket == f"virtual:PARALLEL {row.members[0].socket} {row.members[1].socket}"


async def test_ended_subscriptions_are_let_go_though_nobody_looks(engine: Engine, world: World) -> None:
    for number in range(50):
        engine.unsubscribe(engine.subscribe("E_TEST", parse(f"udp:127.0.0.1:{9 + number}"), None).id)
    await engine.tasks.finish()
    assert engine.roster.closing == 0
    assert world.open == []


async def test_what_was_raised_before_an_end_has_its_outcome(engine: Engine, world: World, clock: FakeClock) -> None:
    ended = engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), None)
    assert engine.raise_event(numbered(1)[0], "test") == 1
    engine.unsubscribe(ended.id)
    assert world.made[0].took == [1]
    engine.subscribe("E_TEST", parse("udp:127.0.0.1:10"), 5)
    assert engine.raise_event(numbered(1)[0], "test") == 1
    clock.advance(5)
    assert world.made[1].took == [2]
    assert engine.raise_event(numbered(1)[0], "test") == 0
    engine.subscribe("E_TEST", parse("udp:127.0.0.1:11"), None)
    assert engine.snapshot().figures.unheard == 1


def configured(*entries: dict[str, Any], **more: Any) -> Settings:
    return Settings(subscriptions=entries, stop_timeout=0, **more)


async def test_a_reload_of_options_or_expiry_disturbs_nobody(engine: Engine, world: World) -> None:
    entry = {"event": "E_TEST", "socket": PAIR}
    await engine.reload(configured(entry))
    subscription = hold_events(engine, world)
    before = list(world.open)
    report = await engine.reload(configured({**entry, "expire": 60.0, "on_failure": OnFailure.FAIL}))
    assert len(report.changed) == 1
    assert (subscription.expire_s, subscription.options.on_failure) == (60.0, OnFailure.FAIL)
    report = await engine.reload(configured(entry))
    assert len(report.changed) == 1
    assert (subscription.expire_s, subscription.expires_at) == (None, None)
    assert engine.table.get(subscription.id) is subscription
    assert subscription.lane.counters.waiting == 3
    await engine.tasks.finish()
    assert world.open == before


async def test_a_reload_of_transport_settings_exchanges_connections_and_keeps_the_rest(
    engine: Engine, world: World
) -> None:
    entry = {"event": "E_TEST", "socket": PAIR}
    await engine.reload(configured(entry))
    subscription = hold_events(engine, world)
    broker, file = world.open
    report = await engine.reload(configured(entry, transports={"flatstore": TransportOptions(timeout=77)}))
    await engine.tasks.finish()
    assert len(report.changed) == 1
    assert file.is_closed
    assert not broker.is_closed
    assert world.at("flatstore:/tmp/never/written").options.timeout == 77
    assert subscription.lane.counters.waiting == 3


async def test_a_reload_that_cannot_be_made_changes_nothing(engine: Engine, world: World) -> None:
    kept = {"event": "E_KEPT", "socket": "udp:127.0.0.1:9", "queue_size": 7}
    before = configured(kept, {"event": "E_GONE", "socket": "udp:127.0.0.1:10"})
    await engine.reload(before)
    by_hand = engine.subscribe("E_HAND", parse("udp:127.0.0.1:11"), None)
    subscriptions, transports = list(engine.table), list(world.open)
    world.unusable.add("udp:127.0.0.1:13")
    entries = [{**kept, "queue_size": 8}, {"event": "E_HAND", "socket": "udp:127.0.0.1:11"}]
    entries += [{"event": "E_NEW", "socket": f"udp:127.0.0.1:{port}"} for port in (12, 13)]
    with pytest.raises(SwitchboardError, match="cannot serve"):
        await engine.reload(configured(*entries, transports={"udp": TransportOptions(timeout=77)}))
    assert engine.settings is before
    assert list(engine.table) == subscriptions
    assert engine.table.of_event("E_KEPT")[0].options.queue_size == 7
    await engine.tasks.finish()
    kept_transports = [transport for transport in world.open if transport in transports]
    assert len(world.open) == 3
    assert world.at("udp:127.0.0.1:10") in kept_transports
    await engine.reload(before)
    assert engine.table.get(by_hand.id) is by_hand, "still a subscription of the operator's, not the configuration's"


async def test_files_of_older_settings_are_reopened_too(engine: Engine, world: World) -> None:
    engine.subscribe("E_HAND", parse("flatstore:/tmp/never/written"), None)
    entry = {"event": "E_TEST", "socket": "flatstore:/tmp/never/written"}
    await engine.reload(configured(entry, transports={"flatstore": TransportOptions(timeout=77)}))
    assert len(world.open) == 2
    await engine.reopen_files("/tmp/never/written")
    assert [transport.reopened for transport in world.open] == [1, 1]
