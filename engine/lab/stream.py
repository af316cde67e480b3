"""A receiver for `tcp:`: takes JSON objects back to back, and answers those that have an id.

See docs/event-interface.md, 2.4.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from dataclasses import replace
from typing import Any, cast

from engine.address import TcpAddress
from engine.lab.receiver import Receiver, Trouble, break_off
from engine.wire.decode import JsonSplitter

_log = logging.getLogger(__name__)

_FAULT = {"code": -32000, "message": "the lab was asked to answer errors"}


class TcpReceiver(Receiver):
    """A JSON-RPC server on a TCP port."""

    def __init__(self, name: str, address: TcpAddress) -> None:
        super().__init__(name, address)
        self.address: TcpAddress = address
        self._server: asyncio.Server | None = None
        self._visitors: set[_Visitor] = set()

    @property
    def is_running(self) -> bool:
        return self._server is not None

    @property
    def is_holding_back(self) -> bool:
        """Whether a connection is not read at present: because of a hang, or as its peer takes no answers."""
        return any(not visitor.is_reading for visitor in self._visitors)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        where = self.address
        self._server = await loop.create_server(lambda: _Visitor(self), where.host, where.port)
        self.address = replace(where, port=self._server.sockets[0].getsockname()[1])

    async def _shut(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        gone = [visitor.abort() for visitor in tuple(self._visitors)]
        await asyncio.gather(*gone)
        await server.wait_closed()

    def _apply_trouble(self) -> None:
        for visitor in self._visitors:
            visitor.apply_trouble()

    def came(self, visitor: _Visitor) -> None:
        """A connection was made."""
        self._visitors.add(visitor)
        self.counters.connections += 1

    def left(self, visitor: _Visitor) -> None:
        """A connection ended."""
        self._visitors.discard(visitor)

    def answer_to(self, text: bytes) -> bytes:
        """Take one object; its answer, or nothing when it asks for none."""
        self._take(text)
        try:
            message = json.loads(text.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError):
            self.counters.errors += 1
            return _response(None, error={"code": -32700, "message": "Parse error"})
        if not isinstance(message, dict) or "id" not in message:
            return b""
        if self.trouble is Trouble.ERROR:
            self.counters.errors += 1
            return _response(message["id"], error=_FAULT)
        self.counters.answered += 1
        return _response(message["id"], result="OK")


class _Visitor(asyncio.Protocol):
    """One connection. `_transport` is set once it is made, and everything else happens later."""

    _transport: asyncio.Transport

    def __init__(self, receiver: TcpReceiver) -> None:
        self._receiver = receiver
        self._splitter = JsonSplitter()
        self._delayed: set[asyncio.TimerHandle] = set()
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._is_full = False

    @property
    def is_reading(self) -> bool:
        """Whether what comes is read."""
        return self._transport.is_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._receiver.came(self)
        self.apply_trouble()

    def connection_lost(self, _exc: Exception | None) -> None:
        for timer in self._delayed:
            timer.cancel()
        self._receiver.left(self)
        self._gone.set_result(None)

    def abort(self) -> asyncio.Future[None]:
        """Break the connection; the future is done when it is gone."""
        self._transport.abort()
        return self._gone

    def apply_trouble(self) -> None:
        """Read, or not, as the receiver's fault and the peer's appetite for answers say."""
        if self._is_full or self._receiver.trouble is Trouble.HANG:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def pause_writing(self) -> None:
        """The peer does not take its answers, so it is not read either."""
        self._is_full = True
        self.apply_trouble()

    def resume_writing(self) -> None:
        self._is_full = False
        self.apply_trouble()

    def data_received(self, data: bytes) -> None:
        if self._receiver.trouble is Trouble.RESET:
            self._reset()
            return
        try:
            texts = self._splitter.feed(data)
        except ValueError as error:
            self._receiver.counters.errors += 1
            _log.warning("receiver %s: %s", self._receiver.name, error)
            self.abort()
            return
        answers = b"".join(map(self._receiver.answer_to, texts))
        if answers:
            self._answer(answers)

    def _answer(self, answers: bytes) -> None:
        if self._receiver.trouble is not Trouble.SLOW:
            self._write(answers)
            return
        loop = asyncio.get_running_loop()

        def write_late() -> None:
            self._delayed.discard(timer)
            self._write(answers)

        timer = loop.call_later(self._receiver.delay_s, write_late)
        self._delayed.add(timer)

    def _write(self, answers: bytes) -> None:
        self._transport.write(answers)

    def _reset(self) -> None:
        connection: socket.socket = self._transport.get_extra_info("socket")
        break_off(connection)
        self._transport.abort()


def _response(request_id: Any, **content: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **content, "id": request_id}, separators=(",", ":")).encode()
