"""Raising an event many times: bounded by the configuration, with progress, stopped on request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.commands.gate import execute
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import CommandError
from tests.support.sockets import UdpReceiver
from tests.support.waiting import until


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(Settings(events=("E_A",), raise_limit=2_000, stop_timeout=0.1))
    await engine.start()
    yield engine
    await engine.stop()


async def ended(engine: Engine) -> dict[str, Any]:
    await until(lambda: engine.series is not None and not engine.series.is_running, "the end of the series")
    answer = await execute(engine, "series_progress")
    assert isinstance(answer, dict)
    return answer


async def test_as_many_events_are_raised_as_were_asked_for(engine: Engine) -> None:
    receiver = UdpReceiver()
    try:
        await execute(engine, "subscribe", event="E_A", socket=receiver.address)
        assert await execute(engine, "series_progress") is None
        started = await execute(engine, "raise_series", event="E_A", params={"n": 1}, count=1_500)
        assert started == {"event": "E_A", "count": 1_500, "raised": 0, "running": True, "failure": ""}
        assert (await ended(engine))["raised"] == 1_500
        await until(lambda: len(receiver.read()) == 1_500, "every datagram")
    finally:
        receiver.close()
    assert engine.dispatcher.accepted == 1_500


async def test_at_a_rate_no_more_than_the_rate_is_raised_and_it_can_be_stopped(engine: Engine) -> None:
    await execute(engine, "raise_series", event="E_A", count=2_000, rate=20)
    await until(lambda: engine.series is not None and engine.series.raised >= 2, "the first events")
    with pytest.raises(CommandError, match="stop that first"):
        await execute(engine, "raise_series", event="E_A", count=1)
    answer = await execute(engine, "stop_series")
    assert not answer["running"]
    raised = answer["raised"]
    await asyncio.sleep(0.15)
    assert engine.dispatcher.accepted == raised < 2_000
    assert (await execute(engine, "raise_series", event="E_A", count=1))["running"]


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 2_001}, {"rate": 0}, {"rate": 2_001}, {"params": 7}])
async def test_what_is_beyond_the_limits_is_refused(engine: Engine, wrong: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        await execute(engine, "raise_series", **{"event": "E_A", **wrong})
    assert engine.dispatcher.accepted == 0


async def test_a_stop_of_the_engine_ends_a_series(engine: Engine) -> None:
    await execute(engine, "raise_series", event="E_A", count=2_000, rate=5)
    await engine.stop()
    assert not (await ended(engine))["running"]
