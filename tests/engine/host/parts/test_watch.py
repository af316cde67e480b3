"""The watch as a part of a service."""

from __future__ import annotations

import pytest

from engine.address import parse
from engine.commands.context import Context
from engine.config.model import Settings
from engine.event import Event
from engine.host.parts.watch import WatchPart
from tests.support.waiting import until


async def test_the_log_tells_of_a_member_that_fails_until_it_is_stopped(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    engine = context.engine
    engine.subscribe("E_A", parse("flatstore:/nowhere/events.log"), None)
    part = WatchPart(context, Settings())
    part.begin()
    await engine.raise_many([Event("E_A")])
    await until(lambda: "E_A: flatstore:/nowhere/events.log failed: " in caplog.text, "the line")
    await part.stop()
    await part.stop()
