"""The engine as a part of a service."""

from __future__ import annotations

from engine.commands.context import Context
from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.host.parts.engine import EnginePart


async def test_it_subscribes_what_the_settings_say_and_stops_cleanly() -> None:
    entry = SubscriptionSettings(event="E_A", socket="udp:127.0.0.1:9")
    settings = Settings(subscriptions=(entry,), stop_timeout=0.1)
    context = Context(Engine(settings))
    part = EnginePart(context, settings)
    await part.start()
    assert len(context.engine.table) == 1
    assert not context.engine.is_stopping
    await part.stop()
    await part.stop()
    assert len(context.engine.table) == 0
    assert context.engine.is_stopping


def test_no_settings_want_another_engine() -> None:
    assert EnginePart.wanted(Settings()) == EnginePart.wanted(Settings(label="x", queue_size=5))
