"""Subscriptions that go on with other options, secrets or an other order keep what did not change."""

from __future__ import annotations

import pytest

from engine.address import parse
from engine.core import Engine
from engine.errors import BusyError
from engine.health import State
from engine.options import SubscriptionOptions, WhenAllFailed
from engine.run import DELIVERED, SENT
from tests.engine.subscriptions.conftest import NEW_PASSWORD, PAIR, hold_events
from tests.support.clock import FakeClock
from tests.support.events import raise_now
from tests.support.world import World


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
