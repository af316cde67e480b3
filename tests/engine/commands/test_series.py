"""Raising an event many times: bounded by the configuration, with progress, stopped on request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import CommandError
from tests.support.sockets import UdpReceiver
from tests.support.waiting import until


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    engine = Engine(Settings(events=("E_A",), raise_limit=2_000, stop_timeout=0.1))
    await engine.start()
    yield Context(engine)
    await engine.stop()


async def ended(context: Context) -> dict[str, Any]:
    await until(lambda: context.series is not None and not context.series.is_running, "the end of the series")
    answer = await execute(context, "series_progress")
    assert isinstance(answer, dict)
    return answer


async def test_as_many_events_are_raised_as_were_asked_for(context: Context) -> None:
    receiver = UdpReceiver()
    try:
        await execute(context, "subscribe", event="E_A", socket=receiver.address)
        assert await execute(context, "series_progress") is None
        started = await execute(context, "raise_series", event="E_A", params={"n": 1}, count=1_500)
        assert started == {"event": "E_A", "count": 1_500, "raised": 0, "running": True, "failure": ""}
        assert (await ended(context))["raised"] == 1_500
        await until(lambda: len(receiver.read()) == 1_500, "every datagram")
    finally:
        receiver.close()
    assert context.engine.dispatcher.accepted == 1_500


async def test_at_a_rate_no_more_than_the_rate_is_raised_and_it_can_be_stopped(context: Context) -> None:
    await execute(context, "raise_series", event="E_A", count=2_000, rate=20)
    await until(lambda: context.series is not None and context.series.raised >= 2, "the first events")
    with pytest.raises(CommandError, match="stop that first"):
        await execute(context, "raise_series", event="E_A", count=1)
    answer = await execute(context, "stop_series")
    assert not answer["running"]
    raised = answer["raised"]
    await asyncio.sleep(0.15)
    assert context.engine.dispatcher.accepted == raised < 2_000
    assert (await execute(context, "raise_series", event="E_A", count=1))["running"]


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 2_001}, {"rate": 0}, {"rate": 2_001}, {"params": 7}])
async def test_what_is_beyond_the_limits_is_refused(context: Context, wrong: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        await execute(context, "raise_series", **{"event": "E_A", **wrong})
    assert context.engine.dispatcher.accepted == 0


async def test_a_stop_of_the_engine_ends_a_series(context: Context) -> None:
    await execute(context, "raise_series", event="E_A", count=2_000, rate=5)
    await context.engine.stop()
    assert not (await ended(context))["running"]
