"""A broker that gives no sign of life for twice the heartbeat counts as lost, and one that gives any does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from engine.address import RabbitmqAddress
from engine.transports.base import TransportContext
from engine.transports.rabbitmq.heartbeat import LOOKS, Heartbeats, agreed
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from tests.support.amqp import ScriptedBroker
from tests.support.runs import Ledger
from tests.support.sockets import numbered
from tests.support.waiting import until


@asynccontextmanager
async def connected(broker: ScriptedBroker, heartbeat: int) -> AsyncIterator[RabbitmqTransport]:
    """A transport that has delivered one event to the broker."""
    address = RabbitmqAddress("127.0.0.1", "q", port=broker.port)
    options = RabbitmqOptions(heartbeat=heartbeat, connect_timeout=3000, timeout=60_000)
    transport = RabbitmqTransport(address, options, TransportContext())
    ledger = Ledger()
    transport.start(ledger.run(numbered(1)))
    await until(lambda: ledger.is_complete, "connected, and an event confirmed")
    try:
        yield transport
    finally:
        await transport.close(0.0)


async def test_a_silent_broker_is_left_after_twice_the_heartbeat_that_was_agreed_upon() -> None:
    """By the words of the setting; pika by itself needs 6 to 12 s for a heartbeat of 1 s. All at once: it takes 2 s."""
    await asyncio.gather(*[_is_left(offers, asks) for offers, asks in [(60, 1), (1, 30), (0, 1)]])


async def _is_left(offers: int, asks: int) -> None:
    loop = asyncio.get_running_loop()
    async with ScriptedBroker(offers=offers).running() as broker, connected(broker, asks) as transport:
        since = loop.time()
        await until(lambda: not transport._supervisor.is_up, "the silent broker is left", 6)
        silent_s = loop.time() - since
        assert broker.agreed[0] == 1
        assert transport.connection.error == "nothing came from the broker for 2 s (heartbeat 1 s)"
        assert 1.8 < silent_s < 4, "twice the heartbeat, with room for a slow machine"


async def test_a_broker_is_kept_that_beats_or_need_not_yet() -> None:
    await asyncio.gather(*[_is_kept(asks, beats) for asks, beats in [(0, False), (1, True), (4, False)]])


async def _is_kept(asks: int, beats: bool) -> None:
    async with ScriptedBroker(offers=60, beats=beats).running() as broker, connected(broker, asks) as transport:
        await asyncio.sleep(3)
        assert transport._supervisor.is_up
        assert broker.agreed == [asks]


async def test_what_is_in_flight_when_a_broker_falls_silent_may_have_been_taken() -> None:
    async with ScriptedBroker().running() as broker, connected(broker, 1) as transport:
        broker.deaf = True
        ledger = Ledger()
        run = ledger.run(numbered(3))
        transport.start(run)
        await until(lambda: ledger.is_complete, "an outcome for every event", 6)
    said = "nothing came from the broker for 2 s (heartbeat 1 s); the event may have been taken"
    assert [(o.reason, o.is_maybe_taken, o.is_unsent) for o in ledger.of(run) if o] == [(said, True, False)] * 3


class Counting:
    """A connection that pika's checker can look at, and whose end is written down."""

    def __init__(self) -> None:
        self.bytes_received = 0
        self.bytes_sent = 0
        self.ended = ""

    def _adapter_call_later(self, _seconds: float, _call: object) -> object:
        return object()

    def _adapter_remove_timeout(self, _timer: object) -> None: ...

    def break_off(self, reason: str) -> None:
        self.ended = reason


def test_any_byte_is_a_sign_of_life_and_looks_are_counted() -> None:
    connection = Counting()
    beats = Heartbeats(connection, 30)
    for looks in (2 * LOOKS - 1, 2 * LOOKS - 1, 2 * LOOKS):
        connection.bytes_received += 1
        beats._check_heartbeat()  # type: ignore[attr-defined]
        assert not connection.ended
        for _ in range(looks):
            beats._check_heartbeat()  # type: ignore[attr-defined]
    assert connection.ended == "nothing came from the broker for 60 s (heartbeat 30 s)"


@pytest.mark.parametrize(("asks", "offers", "heartbeat"), [(30, 60, 30), (30, 10, 10), (30, 0, 30), (0, 60, 0)])
def test_the_lower_heartbeat_counts_and_0_of_ours_is_off(asks: int, offers: int, heartbeat: int) -> None:
    answer = agreed(asks)
    assert (answer(None, offers) if callable(answer) else answer) == heartbeat
