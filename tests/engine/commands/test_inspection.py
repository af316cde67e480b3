"""The commands that take a delivery and a member apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.address import parse
from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.errors import CommandError
from engine.event import Event
from engine.options import SubscriptionOptions
from engine.run import DELIVERED, Fault, Status, failed
from engine.run import Outcome as Ended
from engine.view.answers import DeliveryInspection, MemberInspection
from engine.view.codec import decode, encode
from engine.wire.jsonrpc import JsonRpcFormat
from tests.support.clock import FakeClock
from tests.support.world import World

FIRST, SECOND = "rabbitmq:ops:secret@127.0.0.1:5672/pike", "tcp:127.0.0.1:9202/method"
FAILOVER = f"virtual:FAILOVER {FIRST} {SECOND}"
ROUND_ROBIN = "virtual:ROUND-ROBIN udp:127.0.0.1:9301 udp:127.0.0.1:9302"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(DELIVERED)
    made.install(monkeypatch)
    monkeypatch.setattr("tests.support.world.WorldTransport.wire_format", JsonRpcFormat(), raising=False)
    return made


@pytest.fixture
async def context(world: World) -> AsyncIterator[Context]:
    entry = SubscriptionSettings(event="E_A", socket=FAILOVER, hold_max_age=60)
    settings = Settings(events=("E_A", "E_B"), failover_timeout=7, subscriptions=(entry,), stop_timeout=0.1)
    engine = Engine(settings, clock=FakeClock())
    await engine.start()
    yield Context(engine)
    await engine.stop()


async def after_failover(context: Context, world: World) -> str:
    """The first member refused an event, the second answered."""
    (subscription,) = context.engine.table
    world.at(FIRST).answer = failed("connection refused")
    world.at(SECOND).answer = Ended(Status.DELIVERED, answer=b'{"result":"ok"}')
    await context.engine.raise_many([Event("E_A", (("ip", "192.0.2.1"),))], "MI 127.0.0.1:51234")
    await context.engine.dispatcher.progress()
    return subscription.id


async def test_a_delivery_is_told_step_by_step_with_bytes_and_answer(context: Context, world: World) -> None:
    name = await after_failover(context, world)
    told = await execute(
        context, "inspect_delivery", subscription=name, seq=context.engine.feed.since(0)[0].batch.first_seq
    )
    assert decode(encode(told), DeliveryInspection) == told
    assert (told.event, told.params, told.source) == ("E_A", (("ip", "192.0.2.1"),), "MI 127.0.0.1:51234")
    settled = [step for step in told.steps if step.outcome is not None]
    assert [(step.member, step.outcome.status) for step in settled] == [(0, "failed"), (1, "delivered")]
    assert settled[0].outcome.reason == "connection refused"
    assert settled[1].outcome.answer == b'{"result":"ok"}'
    payload = told.payloads[0]
    assert payload.content == b'{"jsonrpc":"2.0","method":"E_A","params":{"ip":"192.0.2.1"}}'
    assert [(one.scheme, one.handed) for one in told.payloads] == [("rabbitmq", (0,)), ("tcp", (1,))]
    assert "secret" not in str(told)


async def test_a_skipped_member_was_handed_nothing(context: Context, world: World) -> None:
    name = await after_failover(context, world)
    await context.engine.raise_many([Event("E_A")])
    await context.engine.dispatcher.progress()
    told = await execute(
        context, "inspect_delivery", subscription=name, seq=context.engine.feed.since(0)[-1].batch.first_seq
    )
    assert told.steps[0].skipped[0].member == 0
    assert [one.handed for one in told.payloads] == [(), (1,)]


async def test_a_delivery_of_an_ended_subscription_is_still_told(context: Context, world: World) -> None:
    name = await after_failover(context, world)
    context.engine.unsubscribe(name)
    told = await execute(
        context, "inspect_delivery", subscription=name, seq=context.engine.feed.since(0)[0].batch.first_seq
    )
    assert (told.members, told.payloads, len(told.steps) > 2) == ((), (), True)


async def test_what_the_feed_no_longer_tells_is_refused(context: Context) -> None:
    (subscription,) = context.engine.table
    with pytest.raises(CommandError, match="the feed does not tell of event 99"):
        await execute(context, "inspect_delivery", subscription=subscription.id, seq=99)


async def test_a_member_is_taken_apart_without_its_password(context: Context, world: World) -> None:
    name = await after_failover(context, world)
    told = await execute(context, "inspect_member", subscription=name, member=0)
    assert decode(encode(told), MemberInspection) == told
    fields = {field.name: field.value for field in told.fields}
    assert (fields["user"], fields["password"], fields["routing_key"]) == ("ops", "•••", "pike")
    assert (told.state, told.error, told.figures.failed) == ("failed", "connection refused", 1)
    assert [(change.state, change.reason) for change in told.changes] == [("failed", "connection refused")]
    assert told.figures.failed_by_kind == {"member": 1}
    assert "secret" not in str(told)
    second = await execute(context, "inspect_member", subscription=name, member=1)
    assert second.latency.count == sum(count for _, count in second.latency.buckets) == 1


async def test_settings_say_where_they_come_from(context: Context) -> None:
    (subscription,) = context.engine.table
    assert await sources(context, subscription.id) == {
        "failover_timeout": (7, "configuration"),
        "when_all_failed": ("hold", "default"),
        "hold_max_age": (60, "subscription"),
        "slow_after": (0.8, "default"),
        "queue_size": (10_000, "default"),
        "drop": ("never", "default"),
        "connect_timeout": (500, "default"),
        "timeout": (5000, "default"),
    }
    made = context.engine.subscribe("E_B", parse(ROUND_ROBIN), None, SubscriptionOptions(queue_size=5))
    named = await sources(context, made.id)
    assert (named["queue_size"], named["on_failure"]) == ((5, "command"), ("next", "default"))
    assert "failover_timeout" not in named


async def sources(context: Context, name: str) -> dict[str, tuple[Any, str]]:
    """Value and origin of every setting of a subscription's first member."""
    told = await execute(context, "inspect_member", subscription=name, member=0)
    return {setting.name: (setting.value, setting.source) for setting in told.settings}


async def test_an_event_that_its_queue_refused_was_handed_to_nobody(context: Context, world: World) -> None:
    world.answer = failed("queue full", Fault.QUEUE)
    made = context.engine.subscribe("E_B", parse("udp:127.0.0.1:9401"), None)
    await context.engine.raise_many([Event("E_B")])
    await context.engine.dispatcher.progress()
    seq = context.engine.feed.since(0)[-1].batch.first_seq
    told = await execute(context, "inspect_delivery", subscription=made.id, seq=seq)
    assert [one.handed for one in told.payloads] == [()]
