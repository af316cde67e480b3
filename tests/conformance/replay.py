"""Sends captured events through a real transport, and takes what arrived apart again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from engine.event import Event
from engine.run import Outcome
from engine.tasks import Tasks
from engine.transports.base import Transport, TransportContext
from tests.conformance.differences import DIFFERENCES
from tests.conformance.vectors import Group, Vector
from tests.support.runs import Ledger
from tests.support.waiting import until


def compared(group: Group) -> list[Vector]:
    """The vectors that must arrive as captured."""
    return [vector for vector in group.vectors if vector.event and vector.id not in DIFFERENCES]


def events_of(vectors: list[Vector]) -> list[Event]:
    """Their events."""
    return [vector.event for vector in vectors if vector.event]


class Sender:
    """Hands events to a transport one at a time, as they were captured, and waits for their outcomes."""

    def __init__(self, transport: Transport) -> None:
        self.ledger = Ledger()
        self._transport = transport

    async def send(self, event: Event) -> Outcome:
        """The outcome of one event."""
        run = self.ledger.run([event])
        self._transport.start(run)
        await until(lambda: self.ledger.is_complete, f"an outcome of {event!r:.80}")
        (outcome,) = self.ledger.of(run)
        assert outcome
        return outcome


@asynccontextmanager
async def sender(kind: type[Any], address: Any, options: Any) -> AsyncIterator[Sender]:
    """A sender with a transport of its own, which is closed in the end."""
    tasks = Tasks()
    transport = kind(address, options, TransportContext(tasks))
    try:
        yield Sender(transport)
    finally:
        await transport.close(5.0)
        await tasks.cancel()


class RawServer:
    """Takes everything that comes on its port, keeps it as it came, and says what `answer` makes of each piece."""

    def __init__(self, answer: Callable[[bytes], bytes] = lambda _piece: b"") -> None:
        self.data = bytearray()
        self.connections = 0
        self.port = 0
        self.answer = answer
        self.open: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> RawServer:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Visitor(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server
        self._server.close()
        for transport in self.open:
            transport.abort()
        await until(lambda: not self.open, "all connections are closed")
        await self._server.wait_closed()


class _Visitor(asyncio.Protocol):
    def __init__(self, server: RawServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.open.add(transport)
        self._server.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._server.data += data
        self._transport.write(self._server.answer(data))


def assert_follow_each_other(vectors: list[Vector], data: bytes) -> None:
    """`data` is what was captured for each vector, back to back, and nothing else."""
    at = 0
    for vector in vectors:
        (captured,) = vector.received
        piece = data[at : at + captured.length]
        assert captured.is_equal(piece), f"{vector.id}: {piece[:200]!r} instead of {captured.head[:200]!r}"
        at += captured.length
    assert at == len(data)
