"""An engine on a clock that stands still, over transports that do what the test says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.run import SENT, failed
from engine.subscriptions.table import Subscription
from tests.support.clock import FakeClock
from tests.support.sockets import numbered
from tests.support.world import World

PAIR = "virtual:FAILOVER rabbitmq:app:old@127.0.0.1:1/q flatstore:/tmp/never/written"


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


def configured(*entries: dict[str, Any], **more: Any) -> Settings:
    return Settings(subscriptions=entries, stop_timeout=0, **more)


NEW_PASSWORD = PAIR.replace("old", "new")
