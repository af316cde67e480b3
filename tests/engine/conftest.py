"""An engine on a clock that stands still, over transports that take everything unless a test says otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from engine.config.model import Settings
from engine.core import Engine
from engine.run import SENT
from tests.support.clock import FakeClock
from tests.support.world import World


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
