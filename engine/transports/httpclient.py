"""HTTP to one server: one request at a time on each of some kept connections, over sockets that we connect.

A client of our own, because a general one costs several times as much processor time for each call.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping

from engine.transports.httpanswer import Answer, BrokenError
from engine.transports.httpreader import HttpReader
from engine.transports.reasons import reason_of

IDLE_S = 3.0
"""A connection that was idle for longer is not used again: the server may be about to close it."""


class _Connection(asyncio.Protocol):
    """One connection, with at most one request under way."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.idle_since = 0.0
        self.is_lost = False
        self.ended: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._reader = HttpReader()
        self._answer: asyncio.Future[Answer] | None = None
        self._on_written: Callable[[], None] | None = None

    @property
    def is_kept(self) -> bool:
        """Whether another request may follow the one that was answered."""
        return self._reader.is_kept and not self.is_lost

    def call(self, request: bytes, on_written: Callable[[], None] | None) -> asyncio.Future[Answer]:
        """Send a request; its answer, or a BrokenError."""
        answer = self._answer = self._loop.create_future()
        self._reader = HttpReader()
        transport = self._transport
        if transport is None or self.is_lost:
            answer.set_exception(BrokenError("connection closed by the peer before it answered"))
            return answer
        self._on_written = on_written
        transport.write(request)
        if not transport.get_write_buffer_size():
            self.resume_writing()
        return answer

    def close(self) -> None:
        """End it at once; nothing is under way, or nobody waits for it any more."""
        self._answer = None
        self.is_lost = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The loop has the socket. `resume_writing` is to be called when all of a request is written."""
        if isinstance(transport, asyncio.Transport):
            transport.set_write_buffer_limits(0)
            self._transport = transport

    def resume_writing(self) -> None:
        """The kernel has all of the request."""
        on_written, self._on_written = self._on_written, None
        if on_written is not None:
            on_written()

    def data_received(self, data: bytes) -> None:
        """A piece of the answer; what comes without a request makes the connection useless."""
        answer = self._answer
        if answer is None or answer.done():
            self.close()
            return
        try:
            found = self._reader.feed(data)
        except BrokenError as error:
            self.is_lost = True
            answer.set_exception(error)
        else:
            if found is not None:
                answer.set_result(found)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended, which ends some answers and breaks others."""
        self.is_lost = True
        if not self.ended.done():
            self.ended.set_result(None)
        if self._answer is None or self._answer.done():
            return
        try:
            if exc is not None:
                raise BrokenError(reason_of(exc))
            self._answer.set_result(self._reader.end())
        except BrokenError as error:
            self._answer.set_exception(error)


class HttpClient:
    """POSTs to one path of one server, over as many connections as there are calls at the same time."""

    def __init__(self, path: str, headers: Mapping[str, str], dial: Callable[[], Awaitable[socket.socket]]) -> None:
        """`path` is used as it is, already encoded; `dial` connects a socket, or raises UnreachableError."""
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._head = "\r\n".join([*lines, "Content-Length: "]).encode("utf-8", "surrogateescape")
        self._dial = dial
        self._loop = asyncio.get_running_loop()
        self._connections: set[_Connection] = set()
        self._idle: list[_Connection] = []
        self._spare: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None

    def give(self, connected: socket.socket) -> None:
        """Let the next connection be made over this socket."""
        self.take_back()
        self._spare = connected

    def take_back(self) -> None:
        """Close a socket that was given and not used."""
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    async def post(self, body: bytes, on_written: Callable[[], None] | None = None) -> Answer:
        """Send a body and read the answer. `on_written` is called when all of the request is written.

        Raises:
            UnreachableError, BrokenError: there is no answer.
        """
        connection = self._kept() or await self._connect()
        is_answered = False
        try:
            answer = await connection.call(b"%b%d\r\n\r\n%b" % (self._head, len(body), body), on_written)
            is_answered = True
        finally:
            self._let_go(connection, is_answered=is_answered)
        return answer

    async def close(self) -> None:
        """Close all connections."""
        self.take_back()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._idle.clear()
        connections = list(self._connections)
        self._connections.clear()
        for connection in connections:
            connection.close()
        await asyncio.gather(*(connection.ended for connection in connections))

    def _kept(self) -> _Connection | None:
        """A connection that was not idle for too long; the one that was used last."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_kept and self._loop.time() - connection.idle_since < IDLE_S:
                return connection
            self._drop(connection)
        return None

    async def _connect(self) -> _Connection:
        connected, self._spare = self._spare, None
        if connected is None:
            connected = await self._dial()
        try:
            _, made = await self._loop.create_connection(lambda: _Connection(self._loop), sock=connected)
        except BaseException:
            connected.close()
            raise
        self._connections.add(made)
        return made

    def _let_go(self, connection: _Connection, *, is_answered: bool) -> None:
        if not is_answered or not connection.is_kept or connection not in self._connections:
            self._drop(connection)
            return
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._timer is None:
            self._timer = self._loop.call_later(IDLE_S, self._close_idle)

    def _drop(self, connection: _Connection) -> None:
        connection.close()
        self._connections.discard(connection)

    def _close_idle(self) -> None:
        """Close what nobody used for so long; one timer looks after all of them."""
        self._timer = None
        limit = self._loop.time() - IDLE_S
        for connection in [one for one in self._idle if one.idle_since <= limit or not one.is_kept]:
            self._idle.remove(connection)
            self._drop(connection)
        if self._idle:
            self._timer = self._loop.call_at(self._idle[0].idle_since + IDLE_S, self._close_idle)
