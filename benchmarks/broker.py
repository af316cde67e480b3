"""A private RabbitMQ node, and the limit for the rabbitmq row."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pika.frame
import pika.spec
from pika import ConnectionParameters
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel

from benchmarks.events import parts, payloads
from benchmarks.sides import Peers
from tests.support.rabbitmq import RabbitmqNode

QUEUE = "bench"
"""What the row publishes to."""
WINDOW = 1024
"""Publishes that wait for their confirmation at most, as in the engine."""


@contextmanager
def private_broker() -> Iterator[RabbitmqNode]:
    """A node of this run's own, ended by the ids of its processes."""
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-", ignore_cleanup_errors=True) as directory:
        node = RabbitmqNode(Path(directory))
        try:
            node.start()
            yield node
        finally:
            node.stop()


class PublishLimit:
    """Publishes whose method and header frames are made once, written through pika's connection, confirms counted."""

    def __init__(self) -> None:
        self._open: asyncio.Future[None] | None = None
        self._confirmed = 0
        self._published = 0
        self._wake = asyncio.Event()

    async def open(self, peers: Peers) -> None:
        """Log in, open a channel and ask for confirmations."""
        loop = asyncio.get_running_loop()
        self._open = loop.create_future()
        self._connection = AsyncioConnection(
            ConnectionParameters("127.0.0.1", peers.ports[0]), on_open_callback=self._connected, custom_ioloop=loop
        )
        await self._open
        method = pika.frame.Method(1, pika.spec.Basic.Publish(exchange="", routing_key=QUEUE, mandatory=True))
        self._method: bytes = method.marshal()
        connection: Any = self._connection
        self._emit = connection._adapter_emit_data  # not public; there is no public way to send frames that are made

    def _connected(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._channel_open)

    def _channel_open(self, channel: Channel) -> None:
        opened = self._open
        assert opened is not None
        channel.confirm_delivery(self._confirm, callback=lambda _frame: opened.set_result(None))

    def _confirm(self, frame: Any) -> None:
        assert frame.method.NAME == "Basic.Ack"
        tag = frame.method.delivery_tag
        self._confirmed = tag if frame.method.multiple else self._confirmed + 1
        if self._published - self._confirmed <= WINDOW - 512:
            self._wake.set()

    async def send(self, first: int, count: int) -> None:
        """Publish, at most a window ahead of the confirmations."""
        for start, size in parts(first, count):
            frames = [self._framed(payload) for payload in payloads(start, size)]
            self._emit(b"".join(frames))
            self._published += size
            await self._until(WINDOW - 512)
        await self._until(0)

    async def _until(self, open_max: int) -> None:
        while self._published - self._confirmed > open_max:
            self._wake.clear()
            try:
                async with asyncio.timeout(0.01):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _framed(self, payload: bytes) -> bytes:
        header = b"\x02\x00\x01\x00\x00\x00\x0e\x00\x3c\x00\x00%b\x00\x00\xce" % len(payload).to_bytes(8, "big")
        return b"%b%b\x03\x00\x01%b%b\xce" % (self._method, header, len(payload).to_bytes(4, "big"), payload)

    async def close(self) -> None:
        """Disconnect."""
        closed = asyncio.Event()
        self._connection.add_on_close_callback(lambda _connection, _error: closed.set())
        self._connection.close()
        await closed.wait()
