"""HTTP to one server: requests on kept connections, over sockets that we connect. Slow to import (aiohttp)."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from engine.transports.httpanswer import ANSWER_MAX, Answer, BrokenError
from engine.transports.reasons import reason_of

IDLE_S = 3.0
"""A connection that was idle for longer is not used again: the server may be about to close it."""


class _Connector(aiohttp.BaseConnector):
    """Hands out connections over sockets that `dial` connected."""

    def __init__(self, dial: Callable[[], Awaitable[socket.socket]], limit: int) -> None:
        super().__init__(keepalive_timeout=IDLE_S, limit=limit)
        self._dial = dial
        self.spare: socket.socket | None = None

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,  # noqa: ARG002
        traces: list[aiohttp.tracing.Trace],  # noqa: ARG002
        timeout: aiohttp.ClientTimeout,  # noqa: ARG002, ASYNC109 - `dial` has its own
    ) -> ResponseHandler:
        connected, self.spare = self.spare, None
        if connected is None:
            connected = await self._dial()
        try:
            _, protocol = await self._loop.create_connection(self._factory, sock=connected)
        except BaseException:
            connected.close()
            raise
        return protocol


class HttpClient:
    """POSTs to one URL, over at most `connections` connections."""

    def __init__(
        self, url: str, headers: Mapping[str, str], dial: Callable[[], Awaitable[socket.socket]], connections: int
    ) -> None:
        """`url` is used as it is, already encoded; `dial` connects a socket, or raises UnreachableError."""
        self._url = URL(url, encoded=True)
        self._connector = _Connector(dial, connections)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            headers=headers,
            skip_auto_headers=("Accept", "Accept-Encoding"),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
            auto_decompress=False,
        )

    def give(self, connected: socket.socket) -> None:
        """Let the next connection be made over this socket."""
        self.take_back()
        self._connector.spare = connected

    def take_back(self) -> None:
        """Close a socket that was given and not used."""
        if self._connector.spare is not None:
            self._connector.spare.close()
            self._connector.spare = None

    async def post(self, body: bytes, on_written: Callable[[], None] | None = None) -> Answer:
        """Send a body and read the answer. `on_written` is called when all of the request is written.

        Raises:
            UnreachableError, BrokenError: there is no answer.
        """
        data = body if on_written is None else _told(body, on_written)
        try:
            async with self._session.post(
                self._url, data=data, headers={"Content-Length": str(len(body))}, allow_redirects=False
            ) as response:
                return await _answer(response)
        except aiohttp.ClientError as error:
            raise BrokenError(_words(error)) from error

    async def close(self) -> None:
        """Close all connections."""
        self.take_back()
        await self._session.close()


async def _told(body: bytes, on_written: Callable[[], None]) -> AsyncIterator[bytes]:
    """A request's body that says when it is written: whoever writes it asks for more then."""
    yield body
    on_written()


async def _answer(response: aiohttp.ClientResponse) -> Answer:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_MAX:
            response.close()
            return Answer(response.status, bytes(body[:ANSWER_MAX]), is_cut=True)
    return Answer(response.status, bytes(body))


def _words(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "connection closed by the peer before it answered"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer broke off"
    if isinstance(error, aiohttp.ClientResponseError):
        return "the answer is not HTTP"
    return reason_of(error)
