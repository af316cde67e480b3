"""Services of one part, for the tests of parts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from engine.commands.context import Context
from engine.config.model import Settings
from engine.core import Engine


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    engine = Engine(Settings(events=("E_A",), stop_timeout=0.1))
    yield Context(engine)
    await engine.stop()
