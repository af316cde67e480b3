"""Subscriptions that come, change and go while events flow: what did not change is not disturbed, nothing is leaked."""

from __future__ import annotations

import pytest

from engine.address import parse
from engine.core import Engine
from engine.errors import SwitchboardError
from engine.transports.base import TransportOptions
from tests.engine.subscriptions.conftest import NEW_PASSWORD, PAIR, configured
from tests.support.clock import FakeClock
from tests.support.events import raise_now
from tests.support.sockets import numbered
from tests.support.world import World


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


async def test_files_of_older_settings_are_reopened_too(engine: Engine, world: World) -> None:
    engine.subscribe("E_HAND", parse("flatstore:/tmp/never/written"), None)
    entry = {"event": "E_TEST", "socket": "flatstore:/tmp/never/written"}
    await engine.reload(configured(entry, transports={"flatstore": TransportOptions(timeout=77)}))
    assert len(world.open) == 2
    await engine.reopen_files("/tmp/never/written")
    assert [transport.reopened for transport in world.open] == [1, 1]
