"""The rabbitmq transport where there is no broker: nothing, something silent, something else. Needs no RabbitMQ."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.address import RabbitmqAddress
from engine.run import Fault, Outcome
from engine.transports.base import TransportContext
from engine.transports.rabbitmq import connection as amqp_connection
from engine.transports.rabbitmq.tls import TlsDomain
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from tests.support.rabbitmq import free_port
from tests.support.runs import Ledger
from tests.support.sockets import numbered
from tests.support.waiting import until

SOME_DOMAIN = {"some": TlsDomain()}


@contextlib.asynccontextmanager
async def listener(greeting: bytes = b"") -> AsyncIterator[int]:
    """A port where somebody takes connections, and says `greeting` and goodbye, or nothing at all."""
    visits: set[asyncio.Task[Any]] = set()

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None
        visits.add(visit)
        with contextlib.suppress(ConnectionResetError):
            while await reader.read(4096) and not greeting:
                pass
            writer.write(greeting)
        writer.close()
        visits.discard(visit)

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
        await until(lambda: not visits, "every connection to the listener is closed")
    finally:
        server.close()
        await server.wait_closed()


async def outcome_at(port: int, *, host: str = "127.0.0.1", tls: str | None = None, **options: Any) -> Outcome:
    """What becomes of one event for a broker at `port`; the transport is closed afterwards."""
    address = RabbitmqAddress(host, "key", port=port, tls_domain=tls, password="sesame")
    settings = RabbitmqOptions(**{"connect_timeout": 300, **options})
    transport = RabbitmqTransport(address, settings, TransportContext())
    ledger = Ledger()
    run = ledger.run(numbered(1))
    transport.start(run)
    await until(lambda: ledger.is_complete, "an outcome")
    assert transport._shared is not None
    alive = transport._shared._alive
    await until(lambda: not alive, "nothing is left of the attempt", 5)
    await transport.close(0.0)
    (outcome,) = ledger.of(run)
    assert outcome is not None
    assert outcome.fault is Fault.MEMBER
    return outcome


async def test_a_port_that_refuses() -> None:
    assert (await outcome_at(free_port())).reason == "connection refused"


async def test_the_next_address_of_a_host_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listener() as port:
        loop = asyncio.get_running_loop()

        async def two(_host: str, _port: int, **_more: Any) -> list[Any]:
            return [(2, 1, 6, "", ("127.0.0.2", port)), (2, 1, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(loop, "getaddrinfo", two)
        outcome = await outcome_at(port, host="broker.invalid")
    assert outcome.reason == "no connection within 300 ms", "127.0.0.2 refuses, 127.0.0.1 was asked and is silent"


@pytest.mark.parametrize("tls", [None, "some"])
async def test_somebody_who_says_nothing(tls: str | None) -> None:
    async with listener() as port:
        outcome = await outcome_at(port, tls=tls, tls_domains=SOME_DOMAIN)
    assert outcome.reason == "no connection within 300 ms"


async def test_somebody_who_speaks_another_protocol_of_amqp() -> None:
    async with listener(b"AMQP\x00\x01\x00\x00") as port:
        outcome = await outcome_at(port)
    assert "AMQP 0-9-1" in outcome.reason


async def test_somebody_who_does_not_speak_tls() -> None:
    async with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        outcome = await outcome_at(port, tls="some", tls_domains=SOME_DOMAIN)
    assert outcome.reason.startswith("TLS failed")


@pytest.mark.parametrize(("name", "content"), [("gone.pem", None), ("junk.pem", "no certificate")])
async def test_a_tls_file_that_cannot_be_used_is_named(tmp_path: Path, name: str, content: str | None) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content)
    outcome = await outcome_at(1, tls="own", tls_domains={"own": TlsDomain(ca=str(file))})
    assert outcome.reason.startswith(f"TLS file {file}: ")
    assert "Errno" not in outcome.reason


def test_a_key_without_its_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="`key` needs `cert`"):
        TlsDomain(key="client.key")


def test_nothing_is_kept_of_a_loop_that_has_ended() -> None:
    ended: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def connect() -> None:
        ended.append(weakref.ref(asyncio.get_running_loop()))
        await outcome_at(free_port())
        assert not amqp_connection._pools[asyncio.get_running_loop()]

    asyncio.run(connect())
    gc.collect()
    assert ended[0]() is None
