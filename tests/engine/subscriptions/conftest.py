"""Subscriptions for the tests of this room: some that hold events, some of a configuration."""

from __future__ import annotations

from typing import Any

from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.run import failed
from engine.subscriptions.table import Subscription
from tests.support.events import raise_now
from tests.support.world import World

PAIR = "virtual:FAILOVER rabbitmq:app:old@127.0.0.1:1/q flatstore:/tmp/never/written"


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
