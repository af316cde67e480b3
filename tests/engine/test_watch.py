"""What the log says of members that fail and come back."""

from __future__ import annotations

import logging

import pytest

from engine.config.schema import Settings
from engine.core import Engine
from engine.watch import Watch
from tests.support.sockets import UdpReceiver, numbered, udp_receivers
from tests.support.waiting import until


def engine_with(socket: str) -> Engine:
    return Engine(Settings(subscriptions=({"event": "E_TEST", "socket": socket},), stop_timeout=0.2))


def ended(engine: Engine, count: int) -> bool:
    figures = engine.snapshot().figures
    return figures.accepted == count and not figures.waiting


async def raise_until(engine: Engine, state: str) -> None:
    """Raise events until the only member is in this state: a refusal is noticed at the next send only."""
    for _ in range(50):
        await engine.raise_many(numbered(1))
        count = engine.snapshot().figures.accepted
        await until(lambda count=count: ended(engine, count), "the event to end")
        if engine.snapshot().subscriptions[0].members[0].state == state:
            return
    raise AssertionError(f"never {state}")


async def test_each_failure_and_each_return_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.watch")
    watch = Watch()
    with udp_receivers(1) as (receiver,):
        engine = engine_with(receiver.address)
        await engine.start()
        await raise_until(engine, "up")
        watch.look(engine.snapshot())
        assert caplog.messages == []
        receiver.close()
        await raise_until(engine, "failed")
        watch.look(engine.snapshot())
        watch.look(engine.snapshot())
        failures = [text for text in caplog.messages if "failed" in text]
        assert failures == [f"E_TEST: {receiver.address} failed: connection refused"]
        back = UdpReceiver(receiver.port)
        await raise_until(engine, "up")
        watch.look(engine.snapshot())
        assert caplog.messages[-1] == f"E_TEST: {receiver.address} works again"
        back.close()
        await engine.stop()


async def test_a_pause_is_no_return(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.watch")
    watch = Watch()
    with udp_receivers(1) as (receiver,):
        engine = engine_with(receiver.address)
        await engine.start()
        receiver.close()
        await raise_until(engine, "failed")
        watch.look(engine.snapshot())
        engine.pause(engine.snapshot().subscriptions[0].id, 0)
        watch.look(engine.snapshot())
        assert not [text for text in caplog.messages if "works again" in text]
        await engine.stop()


async def test_undelivered_events_are_counted_with_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.watch")
    watch = Watch()
    with udp_receivers(1) as (receiver,):
        engine = engine_with(receiver.address)
        await engine.start()
        receiver.close()
        await raise_until(engine, "failed")
        undelivered = engine.snapshot().subscriptions[0].undelivered
        watch.look(engine.snapshot())
        watch.look(engine.snapshot())
        lines = [text for text in caplog.messages if "undelivered" in text]
        assert len(lines) == 1
        assert lines[0].startswith(f"E_TEST: {undelivered} undelivered, the last because: ")
        await engine.stop()
