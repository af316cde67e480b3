"""What the log says of members that fail and come back."""

from __future__ import annotations

import logging

import pytest
from msgspec.structs import replace

from engine.config.model import Settings
from engine.core import Engine
from engine.health import State
from engine.slices import at_once
from engine.view.snapshot import EngineSnapshot
from engine.view.stories import BURST
from engine.view.watch import Watch
from tests.support.sockets import UdpReceiver, numbered, udp_receivers
from tests.support.waiting import until


def engine_with(socket: str) -> Engine:
    return Engine(Settings(subscriptions=({"event": "E_TEST", "socket": socket},), stop_timeout=0.2, wait_for_member=0))


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
    caplog.set_level(logging.INFO, "engine.view.watch")
    watch = Watch()
    with udp_receivers(1) as (receiver,):
        engine = engine_with(receiver.address)
        await engine.start()
        await raise_until(engine, "up")
        at_once(watch.look(engine.snapshot()))
        assert caplog.messages == []
        receiver.close()
        await raise_until(engine, "failed")
        at_once(watch.look(engine.snapshot()))
        at_once(watch.look(engine.snapshot()))
        failures = [text for text in caplog.messages if "failed" in text]
        assert failures == [f"E_TEST: {receiver.address} failed: connection refused"]
        back = UdpReceiver(receiver.port)
        await raise_until(engine, "up")
        at_once(watch.look(engine.snapshot()))
        assert caplog.messages[-1] == f"E_TEST: {receiver.address} works again"
        back.close()
        await engine.stop()


def crowded(snapshot: EngineSnapshot, count: int, now: float, state: State, **counts: int) -> EngineSnapshot:
    """The snapshot's only subscription so many times, each with a member of its own in this state."""
    (row,) = snapshot.subscriptions
    failed, undelivered = counts.get("failed", 0), counts.get("undelivered", 0)
    rows = tuple(
        replace(
            row,
            id=str(index),
            members=(
                replace(
                    row.members[0],
                    socket=f"udp:127.0.0.1:{index + 1}",
                    state=state,
                    failed=failed,
                    error="connection refused",
                ),
            ),
            undelivered=undelivered,
            last_undelivered="nobody took it",
        )
        for index in range(count)
    )
    return replace(snapshot, at=now, subscriptions=rows)


async def test_ten_thousand_dead_members_are_some_lines_and_two_sums(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.view.watch")
    engine = engine_with("udp:127.0.0.1:9")
    await engine.start()
    one, watch = engine.snapshot(), Watch()
    await engine.stop()
    at_once(watch.look(crowded(one, 9_999, 0.0, State.UP)))
    at_once(watch.look(crowded(one, 9_999, 1.0, State.FAILED, failed=3, undelivered=2)))
    assert len(caplog.messages) <= 2 * BURST + 2
    sums = [text for text in caplog.messages if "too many to name" in text]
    name = "E_TEST: udp:127.0.0.1:9999"
    assert sums == [
        f"members too many to name: 9,949 more failed, the last {name}: connection refused; 9,949 in trouble",
        "subscriptions too many to name (9,949): 19898 undelivered in 1 s, the last of E_TEST because: nobody took it",
    ]
    caplog.clear()
    for second in (2, 30, 59):
        at_once(watch.look(crowded(one, 9_999, float(second), State.FAILED, failed=3 + second, undelivered=2 + second)))
    assert len(caplog.messages) <= 60
    caplog.clear()
    for second in (60, 90, 130, 200):
        at_once(watch.look(crowded(one, 9_999, float(second), State.UP, failed=61, undelivered=61)))
    assert sum(text.endswith("works again") for text in caplog.messages) == BURST
    assert any("9,949 work again or are gone; " in text and text.endswith("; 0 in trouble") for text in caplog.messages)


async def test_a_member_that_is_too_slow_is_told_and_is_no_return(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.view.watch")
    engine = engine_with("udp:127.0.0.1:9")
    await engine.start()
    one, watch = engine.snapshot(), Watch()
    await engine.stop()
    for second, state in enumerate((State.UP, State.FAILED, State.SLOW, State.UP)):
        at_once(watch.look(crowded(one, 1, float(second), state)))
    assert caplog.messages == [
        "E_TEST: udp:127.0.0.1:1 failed: connection refused",
        "E_TEST: udp:127.0.0.1:1 works again",
    ]


async def test_a_pause_is_no_return(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.view.watch")
    watch = Watch()
    with udp_receivers(1) as (receiver,):
        engine = engine_with(receiver.address)
        await engine.start()
        receiver.close()
        await raise_until(engine, "failed")
        at_once(watch.look(engine.snapshot()))
        engine.pause(engine.snapshot().subscriptions[0].id, 0)
        at_once(watch.look(engine.snapshot()))
        assert not [text for text in caplog.messages if "works again" in text]
        await engine.stop()


async def test_undelivered_events_are_counted_with_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.view.watch")
    watch = Watch()
    with udp_receivers(1) as (receiver,):
        engine = engine_with(receiver.address)
        await engine.start()
        receiver.close()
        await raise_until(engine, "failed")
        undelivered = engine.snapshot().subscriptions[0].undelivered
        at_once(watch.look(engine.snapshot()))
        at_once(watch.look(engine.snapshot()))
        lines = [text for text in caplog.messages if "undelivered" in text]
        assert len(lines) == 1
        assert lines[0].startswith(f"E_TEST: {undelivered} undelivered, the last because: ")
        await engine.stop()
