"""tcp: a server that reads JSON objects back to back, and answers requests."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, ClassVar

from engine.address import TcpAddress
from engine.event import Event
from engine.transports.base import Transport, TransportContext
from engine.transports.tcp.transport import StreamOptions, StreamTransport
from tests.contract.harness import EVENT, Harness
from tests.support.waiting import until


class Visitor(asyncio.Protocol):
    """One connection of a peer: takes objects apart, notes their numbers, answers those that have an id."""

    def __init__(self, received: list[int], visitors: set[Visitor], *, is_hanging: bool) -> None:
        self._received = received
        self._visitors = visitors
        self._is_hanging = is_hanging
        self._text = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._visitors.add(self)
        if self._is_hanging:
            self.hang()

    def connection_lost(self, exc: Exception | None) -> None:
        self._visitors.discard(self)

    def hang(self) -> None:
        """Read no more."""
        self.transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self._text += data.decode()
        decoder = json.JSONDecoder()
        start = 0
        answers = []
        while start < len(self._text):
            try:
                request, start = decoder.raw_decode(self._text, start)
            except json.JSONDecodeError:
                break
            self._received.append(request["params"]["n"])
            answers += self._answer(request)
        self._text = self._text[start:]
        self.transport.write("".join(answers).encode())

    @staticmethod
    def _answer(request: dict[str, Any]) -> list[str]:
        return [json.dumps({"jsonrpc": "2.0", "result": "OK", "id": request["id"]})] if "id" in request else []


class StreamHarness(Harness):
    """Without answers."""

    name: ClassVar[str] = "tcp"
    sync_mode: ClassVar[bool] = False
    hang_padding: ClassVar[int] = 64 * 1024

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._port = 0
        self._server: asyncio.Server | None = None
        self._visitors: set[Visitor] = set()
        self._received: list[int] = []
        self._is_hanging = False

    async def start(self) -> None:
        await self.stop()
        self._is_hanging = False
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._visitor, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for visitor in tuple(self._visitors):
            visitor.transport.abort()
        await until(lambda: not self._visitors, "all connections are closed")
        await self._server.wait_closed()
        self._server = None

    async def hang(self) -> None:
        self._is_hanging = True
        for visitor in self._visitors:
            visitor.hang()

    async def resume(self) -> None:
        self._is_hanging = False
        for visitor in self._visitors:
            visitor.transport.resume_reading()

    def transport(self, context: TransportContext, *, timeout_ms: int) -> Transport:
        options = StreamOptions(sync_mode=self.sync_mode, timeout=timeout_ms)
        return StreamTransport(TcpAddress("127.0.0.1", self._port), options, context)

    def received(self) -> list[int]:
        return self._received

    def refused_event(self, number: int) -> Event | None:
        return Event(EVENT, (("n", number), ("text", "\ud800")))

    def _visitor(self) -> Visitor:
        return Visitor(self._received, self._visitors, is_hanging=self._is_hanging)


class SyncStreamHarness(StreamHarness):
    """With answers, which `sync_mode` waits for."""

    name: ClassVar[str] = "tcp-sync"
    sync_mode: ClassVar[bool] = True
    confirms: ClassVar[bool] = True


HARNESSES = (StreamHarness, SyncStreamHarness)
