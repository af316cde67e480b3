"""Each transport says of a failure whether the event surely reached nobody or may have been taken, and who ended it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.address import RabbitmqAddress, TcpAddress, UdpAddress, UnixAddress, XmlRpcAddress
from engine.lab.datagram import UdpReceiver, UnixReceiver
from engine.run import Outcome
from engine.transports.base import ConnectionState, Transport, TransportContext
from engine.transports.datagram.transport import DatagramOptions
from engine.transports.datagram.udp import UdpTransport
from engine.transports.datagram.unix import UnixTransport
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from engine.transports.tcp.transport import StreamOptions, StreamTransport
from engine.transports.xmlrpc.transport import XmlRpcOptions, XmlRpcTransport
from tests.support.rabbitmq import free_port
from tests.support.runs import Ledger
from tests.support.sockets import numbered
from tests.support.waiting import until

CONNECTED = ["tcp", "xmlrpc"]


def make(kind: str, port: int, directory: Path, *, timeout: int = 5000) -> Transport:
    context = TransportContext()
    if kind == "tcp":
        stream = StreamOptions(sync_mode=True, timeout=timeout)  # type: ignore[call-arg]
        return StreamTransport(TcpAddress("127.0.0.1", port), stream, context)
    if kind == "xmlrpc":
        http = XmlRpcOptions(timeout=timeout)  # type: ignore[call-arg]
        return XmlRpcTransport(XmlRpcAddress("127.0.0.1", port, "event"), http, context)
    if kind == "rabbitmq":
        amqp = RabbitmqOptions(connect_timeout=1000)  # type: ignore[call-arg]
        return RabbitmqTransport(RabbitmqAddress("127.0.0.1", "key", port=port), amqp, context)
    if kind == "unix":
        return UnixTransport(UnixAddress(str(directory / "it.sock")), DatagramOptions(), context)  # type: ignore[call-arg]
    return UdpTransport(UdpAddress("127.0.0.1", port), DatagramOptions(), context)  # type: ignore[call-arg]


@contextlib.asynccontextmanager
async def peer(*, hangs_up: bool = False, says: bytes = b"") -> AsyncIterator[int]:
    """Somebody who reads and answers nothing, or what the test says, and hangs up on what came where that says so."""
    writers: list[asyncio.StreamWriter] = []

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.read(1)
        writer.write(says)
        if hangs_up:
            writer.close()

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.close()


async def send(transport: Transport, count: int, *, connect_now: bool = True) -> list[Outcome]:
    ledger = Ledger()
    run = ledger.run(numbered(count), connect_now=connect_now)
    transport.start(run)
    await until(lambda: ledger.is_complete, "every outcome")
    return [outcome for outcome in ledger.of(run) if outcome is not None]


def flags(outcomes: list[Outcome]) -> set[tuple[bool, bool, bool]]:
    """Unsent, maybe taken, cut off."""
    return {(outcome.is_unsent, outcome.is_maybe_taken, outcome.is_cut_off) for outcome in outcomes}


@pytest.mark.parametrize("kind", [*CONNECTED, "rabbitmq", "unix", "udp"])
async def test_a_refusal_reached_nobody_and_is_remembered_with_its_time(kind: str, tmp_path: Path) -> None:
    transport = make(kind, free_port(), tmp_path)
    assert flags(await send(transport, 2)) == {(True, False, False)}
    connection = transport.connection
    assert connection.state is ConnectionState.DOWN
    assert connection.error
    since = connection.down_since
    assert since is not None
    assert flags(await send(transport, 1, connect_now=False)) == {(True, False, False)}
    assert transport.connection.down_since == since
    await transport.close(0.0)


@pytest.mark.parametrize("kind", CONNECTED)
async def test_what_a_peer_hung_up_on_may_have_been_taken_and_was_cut_off(kind: str, tmp_path: Path) -> None:
    async with peer(hangs_up=True) as port:
        transport = make(kind, port, tmp_path)
        (outcome,) = await send(transport, 1)
        assert flags([outcome]) == {(False, True, True)}
        await transport.close(0.0)


@pytest.mark.parametrize("kind", CONNECTED)
async def test_what_was_answered_with_nonsense_may_have_been_taken_and_is_not_worth_another_try(
    kind: str, tmp_path: Path
) -> None:
    async with peer(says=b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as port:
        transport = make(kind, port, tmp_path)
        (outcome,) = await send(transport, 1)
        assert flags([outcome]) == {(False, True, False)}
        await transport.close(0.0)


@pytest.mark.parametrize("kind", CONNECTED)
async def test_what_was_not_answered_in_time_may_have_been_taken_and_coming_back_is_no_sign(
    kind: str, tmp_path: Path
) -> None:
    async with peer(hangs_up=False) as port:
        transport = make(kind, port, tmp_path, timeout=100)
        (outcome,) = await send(transport, 1)
        assert flags([outcome]) == {(False, True, False)}
        await until(lambda: transport.connection.state is ConnectionState.UP, "connected anew")
        assert transport.connection.back_at is None
        await transport.close(0.0)


async def test_a_unix_receiver_that_is_back_is_seen_without_an_event(tmp_path: Path) -> None:
    changes: list[Any] = []
    context = TransportContext(changed=lambda: changes.append(transport.connection.state))
    receiver = UnixReceiver("it", UnixAddress(str(tmp_path / "it.sock")))
    transport = UnixTransport(receiver.address, DatagramOptions(), context)  # type: ignore[call-arg]
    await send(transport, 1)
    await receiver.start()
    await until(lambda: transport.connection.state is ConnectionState.IDLE, "it is seen")
    assert transport.connection.back_at is not None
    assert transport.connection.down_since is None
    assert not receiver.received
    assert changes == [ConnectionState.DOWN, ConnectionState.IDLE]
    await transport.close(0.0)
    await receiver.stop()


async def test_a_unix_receiver_is_told_of_with_the_reason_that_is_true_now(tmp_path: Path) -> None:
    receiver = UnixReceiver("it", UnixAddress(str(tmp_path / "it.sock")))
    transport = make("unix", 0, tmp_path)
    await send(transport, 1)
    assert "no socket at" in (transport.connection.error or "")
    (tmp_path / "it.sock").write_text("not a socket")
    await until(lambda: "nobody receives at" in (transport.connection.error or ""), "the new reason")
    (tmp_path / "it.sock").unlink()
    await receiver.start()
    await until(lambda: transport.connection.error is None, "it is back")
    await transport.close(0.0)
    await receiver.stop()


async def test_one_absence_of_a_udp_receiver_lasts_until_something_was_sent(tmp_path: Path) -> None:
    receiver = UdpReceiver("it", UdpAddress("127.0.0.1", free_port()))
    transport = make("udp", receiver.address.port, tmp_path)
    await send(transport, 1)
    since = transport.connection.down_since
    await until(lambda: transport.connection.state is ConnectionState.IDLE, "it is worth a try")
    assert (since, transport.connection.back_at) == (transport.connection.down_since, None)
    await send(transport, 1)
    assert transport.connection.down_since == since
    await receiver.start()
    await send(transport, 1)
    assert transport.connection.down_since is None
    assert transport.connection.back_at is not None
    await transport.close(0.0)
    await receiver.stop()


async def test_a_closed_transport_looks_for_nobody(tmp_path: Path) -> None:
    for kind in ("tcp", "unix", "udp"):
        transport = make(kind, free_port(), tmp_path)
        await send(transport, 1)
        peer_waited_for: Any = getattr(transport, "_supervisor", None) or transport._absence  # type: ignore[attr-defined]
        assert peer_waited_for._peer._peers.waiting == 1
        await transport.close(0.0)
        assert peer_waited_for._peer._peers.waiting == 0
        assert peer_waited_for._peer._timer is None
