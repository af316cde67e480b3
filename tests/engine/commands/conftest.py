"""A context around an engine on a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from engine.commands.context import Context
from engine.config.model import Settings
from engine.core import Engine
from tests.support.clock import FakeClock


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    engine = Engine(Settings(events=("E_A", "E_B"), failover_timeout=7, stop_timeout=0.1), clock=FakeClock())
    await engine.start()
    yield Context(engine)
    await engine.stop()
