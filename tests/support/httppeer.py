"""An HTTP server by hand, that can answer anything, nothing, or die at any moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

OK_BODY = b"<?xml version='1.0'?><methodResponse><params><param><value>OK</value></param></params></methodResponse>"


def answer(body: bytes = OK_BODY, status: str = "200 OK", *headers: str) -> bytes:
    """An HTTP answer with a length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def fault(code: int, text: str) -> bytes:
    """An XML-RPC fault."""
    members = (
        f"<member><name>faultCode</name><value><int>{code}</int></value></member>"
        f"<member><name>faultString</name><value><string>{text}</string></value></member>"
    )
    value = f"<value><struct>{members}</struct></value>"
    return f"<?xml version='1.0'?><methodResponse><fault>{value}</fault></methodResponse>".encode()


@dataclass(frozen=True, slots=True)
class Request:
    """One request that came: on which connection (from 1), its head and its body."""

    connection: int
    head: bytes
    body: bytes


@dataclass(slots=True, eq=False)
class HttpPeer:
    """Answers each request with what `respond` makes of it; None lets the request hang.

    `closes`: the server closes the connection after each answer.
    """

    respond: Callable[[Request], bytes | None] = lambda _request: answer()
    closes: bool = False
    port: int = 0
    host: str = "127.0.0.1"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    visitors: set[Visitor] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, at the same port as before."""
        self._server = await asyncio.get_running_loop().create_server(lambda: Visitor(self), self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Die: the port refuses, all connections are reset. Harmless when dead already."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop()

    def visitor(self, request: Request) -> Visitor:
        """The connection that a request came over, as long as it is there."""
        (found,) = (one for one in self.visitors if one.number == request.connection)
        return found

    def drop(self) -> None:
        """Reset all connections."""
        for visitor in list(self.visitors):
            visitor.transport.abort()


class Visitor(asyncio.Protocol):
    """One connection of the peer."""

    def __init__(self, peer: HttpPeer) -> None:
        self._peer = peer
        self._data = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._peer.connections += 1
        self.number = self._peer.connections
        self._peer.visitors.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._peer.visitors.discard(self)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while b"\r\n\r\n" in self._data:
            head, _, rest = self._data.partition(b"\r\n\r\n")
            found = re.search(rb"(?i)content-length: *(\d+)", head)
            assert found is not None, head
            if len(rest) < (size := int(found[1])):
                return
            self._data = rest[size:]
            self._answer(Request(self.number, head, rest[:size]))

    def _answer(self, request: Request) -> None:
        self._peer.requests.append(request)
        if (response := self._peer.respond(request)) is not None:
            self.transport.write(response)
        if self._peer.closes:
            self.transport.close()
