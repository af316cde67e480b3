"""The lab's XML-RPC server, asked by the standard library's own client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http.client import RemoteDisconnected
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import aiohttp
import pytest

from engine.address import XmlRpcAddress
from engine.event import Event
from engine.lab import Trouble
from engine.lab.xmlrpc import XmlRpcReceiver
from engine.wire.xmlrpc import XmlRpcFormat
from tests.support.waiting import until


@pytest.fixture
async def receiver() -> AsyncIterator[XmlRpcReceiver]:
    made = XmlRpcReceiver("one", XmlRpcAddress("127.0.0.1", 0, "notify"))
    await made.start()
    yield made
    await made.stop()


async def ask(receiver: XmlRpcReceiver, *values: str | int) -> Any:
    def call() -> Any:
        with ServerProxy(f"http://127.0.0.1:{receiver.address.port}/any/path") as proxy:
            return proxy.notify(*values)

    return await asyncio.get_running_loop().run_in_executor(None, call)


async def test_calls_are_answered(receiver: XmlRpcReceiver) -> None:
    assert await ask(receiver, "E_X", 5) == "OK"
    assert b"<methodName>notify</methodName>" in receiver.received[0]
    assert (receiver.counters.received, receiver.counters.answered) == (1, 1)


async def test_fault_on_demand(receiver: XmlRpcReceiver) -> None:
    await receiver.set_trouble(Trouble.ERROR)
    with pytest.raises(Fault, match="asked to answer faults"):
        await ask(receiver, "E_X")
    assert receiver.counters.errors == 1


async def test_slow_answers_come_late(receiver: XmlRpcReceiver) -> None:
    await receiver.set_trouble(Trouble.SLOW, delay_s=0.05)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await ask(receiver, "E_X") == "OK"
    assert loop.time() - began >= 0.045


async def test_reset_breaks_the_connection(receiver: XmlRpcReceiver) -> None:
    await receiver.set_trouble(Trouble.RESET)
    with pytest.raises((ConnectionResetError, RemoteDisconnected)):
        await ask(receiver, "E_X")
    assert receiver.counters.received == 0


async def test_hanging_takes_the_connection_and_answers_nothing_even_to_a_stop(receiver: XmlRpcReceiver) -> None:
    await receiver.set_trouble(Trouble.HANG)
    reader, writer = await asyncio.open_connection("127.0.0.1", receiver.address.port)
    body = bytes(XmlRpcFormat("notify").encode([Event("E")])[0])
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await until(lambda: receiver.counters.connections == 1)
    await receiver.stop()
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_a_caller_who_gives_up_leaves_nothing_hanging(receiver: XmlRpcReceiver) -> None:
    await receiver.set_trouble(Trouble.HANG)
    before = len(asyncio.all_tasks())
    _, writer = await asyncio.open_connection("127.0.0.1", receiver.address.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    await until(lambda: receiver.counters.connections == 1)
    assert len(asyncio.all_tasks()) > before
    writer.close()
    await writer.wait_closed()
    await until(lambda: len(asyncio.all_tasks()) == before, "the handler ends", limit_s=5)


async def test_refusing_comes_back_at_the_same_port(receiver: XmlRpcReceiver) -> None:
    port = receiver.address.port
    await receiver.set_trouble(Trouble.REFUSE)
    with pytest.raises(ConnectionRefusedError):
        await ask(receiver, "E_X")
    await receiver.set_trouble(Trouble.NONE)
    assert receiver.address.port == port
    assert await ask(receiver, "E_X") == "OK"


async def test_one_connection_that_is_kept_counts_once(receiver: XmlRpcReceiver) -> None:
    body = bytes(XmlRpcFormat("notify").encode([Event("E")])[0])
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.post(f"http://127.0.0.1:{receiver.address.port}/RPC2", data=body) as response:
                assert b"OK" in await response.read()
    assert (receiver.counters.received, receiver.counters.connections) == (3, 1)


async def test_what_is_no_call_gets_a_fault(receiver: XmlRpcReceiver) -> None:
    url = f"http://127.0.0.1:{receiver.address.port}/RPC2"
    async with aiohttp.ClientSession() as session, session.post(url, data=b"hello") as response:
        assert b"parse error" in await response.read()
    assert receiver.counters.errors == 1
