"""The lab's JSON-RPC server: answers, faults on demand, and the same port after a stop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from engine.address import TcpAddress
from engine.lab import Trouble
from engine.lab.stream import TcpReceiver
from engine.wire.decode import JsonSplitter
from tests.support.waiting import until


class Caller:
    """A client that reads answers one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self._splitter = JsonSplitter()
        self._answers: list[bytes] = []

    async def leave(self) -> None:
        """Break the connection, whatever is still to be written."""
        self.writer.transport.abort()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    async def answer(self) -> dict[str, Any]:
        while not self._answers:
            async with asyncio.timeout(10):
                data = await self._reader.read(65536)
            if not data:
                raise EOFError
            self._answers += self._splitter.feed(data)
        answer: dict[str, Any] = json.loads(self._answers.pop(0))
        return answer


@pytest.fixture
async def receiver() -> AsyncIterator[TcpReceiver]:
    made = TcpReceiver("one", TcpAddress("127.0.0.1", 0))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def caller(receiver: TcpReceiver) -> AsyncIterator[Caller]:
    made = await call(receiver)
    yield made
    await made.leave()


async def call(receiver: TcpReceiver) -> Caller:
    return Caller(*await asyncio.open_connection("127.0.0.1", receiver.address.port))


async def test_requests_are_answered_and_notifications_are_not(receiver: TcpReceiver, caller: Caller) -> None:
    caller.writer.write(
        b'{"jsonrpc":"2.0","method":"E"}{"id":7,"method":"E"}{"id":8,"method":"E","params":{"a":"\xff"}}'
    )
    assert await caller.answer() == {"jsonrpc": "2.0", "result": "OK", "id": 7}
    assert await caller.answer() == {"jsonrpc": "2.0", "result": "OK", "id": 8}
    assert receiver.received[0] == b'{"jsonrpc":"2.0","method":"E"}'
    assert receiver.counters.received == 3
    assert receiver.counters.answered == 2
    assert receiver.counters.connections == 1


async def test_error_on_demand(receiver: TcpReceiver, caller: Caller) -> None:
    await receiver.set_trouble(Trouble.ERROR)
    caller.writer.write(b'{"id":7,"method":"E"}')
    answer = await caller.answer()
    assert (answer["id"], answer["error"]["code"]) == (7, -32000)
    assert "result" not in answer
    assert receiver.counters.errors == 1


async def test_hanging_reads_and_answers_nothing_until_it_heals(receiver: TcpReceiver, caller: Caller) -> None:
    await receiver.set_trouble(Trouble.HANG)
    later = await call(receiver)
    caller.writer.write(b'{"id":7,"method":"E"}')
    later.writer.write(b'{"id":8,"method":"E"}')
    await until(lambda: receiver.counters.connections == 2)
    assert receiver.counters.received == 0
    await receiver.set_trouble(Trouble.NONE)
    assert (await caller.answer())["id"] == 7
    assert (await later.answer())["id"] == 8
    await later.leave()


async def test_slow_answers_come_in_order_and_late(receiver: TcpReceiver, caller: Caller) -> None:
    await receiver.set_trouble(Trouble.SLOW, delay_s=0.05)
    loop = asyncio.get_running_loop()
    began = loop.time()
    caller.writer.write(b'{"id":1,"method":"E"}{"id":2,"method":"E"}')
    assert [(await caller.answer())["id"] for _ in range(2)] == [1, 2]
    assert loop.time() - began >= 0.045


async def test_reset_breaks_the_connection_when_something_comes(receiver: TcpReceiver, caller: Caller) -> None:
    await receiver.set_trouble(Trouble.RESET)
    caller.writer.write(b'{"id":1,"method":"E"}')
    with pytest.raises(ConnectionResetError):
        await caller.answer()
    assert receiver.counters.received == 0


async def test_refusing_breaks_connections_and_comes_back_at_the_same_port(
    receiver: TcpReceiver, caller: Caller
) -> None:
    port = receiver.address.port
    await receiver.set_trouble(Trouble.REFUSE)
    with pytest.raises((EOFError, ConnectionResetError)):
        await caller.answer()
    with pytest.raises(ConnectionRefusedError):
        await call(receiver)
    await receiver.start()
    assert (receiver.address.port, receiver.trouble) == (port, Trouble.NONE)
    again = await call(receiver)
    again.writer.write(b'{"id":9,"method":"E"}')
    assert (await again.answer())["id"] == 9
    await again.leave()


async def test_what_is_no_json_ends_the_connection(receiver: TcpReceiver, caller: Caller) -> None:
    caller.writer.write(b"hello")
    with pytest.raises((EOFError, ConnectionResetError)):
        await caller.answer()
    assert receiver.counters.errors == 1


async def test_what_only_looks_like_json_is_answered_as_a_parse_error(receiver: TcpReceiver, caller: Caller) -> None:
    caller.writer.write(b'{"a":nonsense}')
    answer = await caller.answer()
    assert (answer["error"]["code"], answer["id"]) == (-32700, None)


async def test_a_caller_who_takes_no_answers_is_not_read_any_more_until_it_does(
    receiver: TcpReceiver, caller: Caller
) -> None:
    count = 400
    request = b'{"id":"%b"}' % (b"x" * 50_000)
    caller.writer.write(request * count)
    await until(lambda: receiver.is_holding_back, "the server stops reading")
    assert receiver.counters.received < count
    for _ in range(count):
        assert len((await caller.answer())["id"]) == 50_000
    assert receiver.counters.answered == count
    await until(lambda: not receiver.is_holding_back, "the server reads again")
