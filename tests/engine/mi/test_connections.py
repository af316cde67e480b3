"""Connections to MI that do nothing, or nothing whole: they are closed in time, and never at the cost of others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias
from urllib.parse import urlsplit

import pytest

from engine.config.model import MiSettings
from engine.mi.connections import EXTRA, Limits
from engine.mi.http import MiHttp
from tests.engine.mi.conftest import Mi
from tests.support.http import post
from tests.support.waiting import LIMIT_S, until

CALL = b'{"jsonrpc":"2.0","id":1,"method":"subscribers_list"}'
ANSWER = b'{"jsonrpc":"2.0","result":{"Events":[]},"id":1}'
HEAD = b"POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

Pair: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Open: TypeAlias = Callable[..., Awaitable[Pair]]


@asynccontextmanager
async def serving(mi: Mi, limits: Limits) -> AsyncIterator[tuple[str, MiHttp]]:
    server = MiHttp(mi.context, MiSettings(http="127.0.0.1:0"), limits)
    url = await server.start()
    try:
        yield url, server
    finally:
        await server.stop()


@asynccontextmanager
async def client(url: str, said: bytes = b"") -> AsyncIterator[Pair]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(said)
    try:
        yield reader, writer
    finally:
        writer.close()


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """All that comes, even if it ends with a reset, as it does for a client that goes on sending."""
    read = b""
    async with asyncio.timeout(LIMIT_S):
        with contextlib.suppress(ConnectionResetError):
            while piece := await reader.read(65_536):
                read += piece
    return read


@pytest.mark.parametrize(
    ("said", "limits", "told"),
    [
        (b"", Limits(idle_s=0.2), b""),
        (b"POST /mi HT", Limits(head_s=0.2), b"HTTP/1.1 408 "),
        (HEAD, Limits(head_s=0.2), b"HTTP/1.1 408 "),
        (HEAD + b"Content-Length: 5\r\n\r\n1", Limits(body_s=0.2), b"HTTP/1.1 408 "),
    ],
    ids=["nothing", "half a line", "half a head", "half a body"],
)
async def test_what_does_not_come_in_time_is_waited_for_no_longer(
    mi: Mi, said: bytes, limits: Limits, told: bytes
) -> None:
    async with serving(mi, limits) as (url, server), client(url, said) as (reader, _):
        answer = await read_to_end(reader)
        assert answer[: len(told) or None] == told
        await until(lambda: not server.connections, "the connection to be forgotten")


async def test_a_head_that_trickles_in_has_no_more_time_than_one_that_does_not_come(mi: Mi) -> None:
    async with serving(mi, Limits(head_s=0.3)) as (url, server), client(url) as (reader, writer):

        async def trickle() -> None:
            for sign in HEAD * 1000:
                writer.write(bytes([sign]))
                await asyncio.sleep(0.02)

        trickling = asyncio.get_running_loop().create_task(trickle())
        assert (await read_to_end(reader)).startswith(b"HTTP/1.1 408 ")
        trickling.cancel()
        await until(lambda: not server.connections, "the connection to be forgotten")


async def test_a_kept_connection_is_given_up_when_it_is_idle(mi: Mi) -> None:
    request = HEAD + b"Content-Length: %d\r\n\r\n" % len(CALL) + CALL
    async with serving(mi, Limits(idle_s=0.3)) as (url, _), client(url, request) as (reader, _):
        assert (await read_to_end(reader)).endswith(ANSWER)


async def test_a_client_that_does_not_read_its_answers_is_given_up(mi: Mi) -> None:
    call = json.dumps([json.loads(CALL.replace(b"subscribers_list", b"events_list"))] * 2000).encode()
    request = HEAD + b"Content-Length: %d\r\n\r\n" % len(call) + call
    async with serving(mi, Limits(answer_s=0.3)) as (url, server):
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect((urlsplit(url).hostname, urlsplit(url).port))
            deaf.setblocking(False)
            await asyncio.get_running_loop().sock_sendall(deaf, request)
            await until(lambda: server.connections, "the connection to be taken")
            await until(lambda: not server.connections, "the connection to be given up")
            await until(lambda: not server._server.connections, "its answer to be let go of")


async def test_an_honest_client_is_served_while_hundreds_are_idle(mi: Mi) -> None:
    async with serving(mi, Limits(connections=30, per_address=30)) as (url, server), AsyncExitStack() as stack:
        for number in range(80):
            await stack.enter_async_context(client(url, b"POST" if number % 2 else b""))
        for _ in range(3):
            assert (await post(url, CALL)).body == ANSWER
        assert server.connections <= 30


async def test_the_one_that_waits_longest_goes_first(mi: Mi) -> None:
    async with (
        serving(mi, Limits(connections=2)) as (url, server),
        client(url) as (oldest, _),
        AsyncExitStack() as stack,
    ):
        await until(lambda: server.connections == 1, "the first connection")
        newer, _ = await stack.enter_async_context(client(url))
        await until(lambda: server.connections == 2, "the second connection")
        await stack.enter_async_context(client(url))
        assert await read_to_end(oldest) == b""
        assert not newer.at_eof()
        assert server.connections == 2


async def test_one_address_cannot_take_all_places(mi: Mi) -> None:
    async with serving(mi, Limits(connections=100, per_address=3)) as (url, server), AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(client(url))
        await until(lambda: server.connections == 3, "the places of one address to be taken")
        assert (await post(url, CALL)).body == ANSWER


async def test_where_all_are_at_work_more_are_told_so(mi: Mi, monkeypatch: pytest.MonkeyPatch) -> None:
    free = asyncio.Event()
    execute = MiHttp._call

    async def slow(server: MiHttp, body: bytes, source: str, host: str) -> object:
        await free.wait()
        return await execute(server, body, source, host)

    monkeypatch.setattr(MiHttp, "_call", slow)
    request = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(CALL) + CALL
    async with serving(mi, Limits(connections=2)) as (url, server), AsyncExitStack() as stack:
        working = [await stack.enter_async_context(client(url, request)) for _ in range(2)]
        await until(lambda: server.working == 2, "both to be at work")
        answer = await post(url, CALL)
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (503, 503)
        assert "connections" in json.loads(answer.body)["error"]["data"]
        for _ in range(2 * EXTRA):
            await stack.enter_async_context(client(url))
        await until(lambda: server.connections <= 2 + EXTRA, "no more than may be told so")
        free.set()
        for reader, _ in working:
            assert (await read_to_end(reader)).endswith(ANSWER)
