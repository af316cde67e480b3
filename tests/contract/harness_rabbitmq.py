"""rabbitmq: a real broker behind a proxy that can break, hang and come back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, ClassVar

import pika

from engine.address import RabbitmqAddress
from engine.event import Event
from engine.transports.base import Transport, TransportContext
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from tests.contract.harness import EVENT, Harness
from tests.support.proxy import TcpProxy
from tests.support.rabbitmq import MISSING, command, shared_node

QUEUE = "contract"


class RabbitmqHarness(Harness):
    """With publisher confirms."""

    name: ClassVar[str] = "rabbitmq"
    group: ClassVar[str | None] = "rabbitmq"
    confirms: ClassVar[bool] = True
    sync_mode: ClassVar[bool] = True
    holds_back: ClassVar[bool] = False

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._node = shared_node()
        self._node.declare(QUEUE)
        self._proxy = TcpProxy(self._node.port)
        self._received: list[int] = []
        self._reader: Any = None

    @classmethod
    def unavailable(cls) -> str | None:
        if command("rabbitmq-server") is None and os.environ.get("SWITCHBOARD_REQUIRE_PROGRAMS") != "1":
            return MISSING
        return None

    async def start(self) -> None:
        await self._proxy.stop()
        await self._proxy.start()

    async def stop(self) -> None:
        await self._proxy.stop()

    async def hang(self) -> None:
        self._proxy.hang()

    async def resume(self) -> None:
        self._proxy.resume()

    async def close(self) -> None:
        await self.stop()
        if self._reader is not None:
            self._reader.connection.close()

    def transport(self, context: TransportContext, *, timeout_ms: int) -> Transport:
        address = RabbitmqAddress("127.0.0.1", QUEUE, port=self._proxy.port)
        options = RabbitmqOptions(sync_mode=self.sync_mode, timeout=timeout_ms, connect_timeout=2000)
        return RabbitmqTransport(address, options, context)

    def received(self) -> list[int]:
        if self._reader is None:
            connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", self._node.port))
            self._reader = connection.channel()
        while (message := self._reader.basic_get(QUEUE, auto_ack=True))[0] is not None:
            self._received.append(json.loads(message[2])["params"]["n"])
        return self._received

    def refused_event(self, number: int) -> Event | None:
        return Event(EVENT, (("n", number), ("text", "\ud800")))


HARNESSES: tuple[type[Harness], ...] = (RabbitmqHarness,)
