"""What is said of a broker that goes away while it is being connected to: never that the login was wrong."""

from __future__ import annotations

import asyncio

import pytest
from pika.frame import Method
from pika.spec import Connection

from engine.address import RabbitmqAddress, parse
from engine.transports.base import TransportContext
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from tests.support.runs import Ledger
from tests.support.sockets import numbered
from tests.support.waiting import until

START = Method(0, Connection.Start(server_properties={}, mechanisms="PLAIN", locales="en_US")).marshal()


@pytest.mark.parametrize(
    ("greeting", "reason"),
    [
        (b"", "closed without a word of AMQP 0-9-1: the broker is starting or stopping, expects TLS, or is none"),
        (START, "connection lost during the login of user guest"),
    ],
)
async def test_a_broker_that_goes_away_while_it_is_connected_to(greeting: bytes, reason: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        if greeting:
            writer.write(greeting)
            await reader.read(4096)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = parse(f"rabbitmq:guest:guest@127.0.0.1:{server.sockets[0].getsockname()[1]}/q")
    assert isinstance(address, RabbitmqAddress)
    transport = RabbitmqTransport(address, RabbitmqOptions(connect_timeout=3000), TransportContext())
    ledger = Ledger()
    run = ledger.run(numbered(2))
    transport.start(run)
    await until(lambda: ledger.is_complete, "every outcome")
    assert {outcome.reason for outcome in ledger.of(run) if outcome is not None} == {reason}
    await transport.close(1.0)
    server.close()
