"""xmlrpc: an HTTP server that answers each call."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from engine.address import XmlRpcAddress
from engine.event import Event
from engine.transports.base import Transport, TransportContext
from engine.transports.xmlrpc.transport import XmlRpcOptions, XmlRpcTransport
from tests.contract.harness import EVENT, Harness
from tests.support.httppeer import HttpPeer, Request, answer


class XmlRpcHarness(Harness):
    """With `sync_mode`, the default: the answer confirms."""

    name: ClassVar[str] = "xmlrpc"
    confirms: ClassVar[bool] = True
    hang_events: ClassVar[int] = 100
    sync_mode: ClassVar[bool] = True

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._peer = HttpPeer(self._respond)
        self._received: list[int] = []
        self._held: list[Request] = []
        self._is_hanging = False

    async def start(self) -> None:
        await self.stop()
        self._is_hanging = False
        await self._peer.start()

    async def stop(self) -> None:
        await self._peer.stop()

    async def hang(self) -> None:
        self._is_hanging = True

    async def resume(self) -> None:
        self._is_hanging = False
        held, self._held = self._held, []
        for request in held:
            response = self._respond(request)
            assert response is not None
            self._peer.visitor(request).transport.write(response)

    def transport(self, context: TransportContext, *, timeout_ms: int) -> Transport:
        address = XmlRpcAddress("127.0.0.1", self._peer.port, "notify")
        return XmlRpcTransport(address, XmlRpcOptions(timeout=timeout_ms, sync_mode=self.sync_mode), context)

    def received(self) -> list[int]:
        return self._received

    def refused_event(self, number: int) -> Event | None:
        return Event(EVENT, (("n", number), ("text", "\x01")))

    def _respond(self, request: Request) -> bytes | None:
        if self._is_hanging:
            self._held.append(request)
            return None
        found = re.search(rb"<int>(\d+)</int>", request.body)
        assert found is not None
        self._received.append(int(found[1]))
        return answer()


class UnansweredXmlRpcHarness(XmlRpcHarness):
    """Without `sync_mode`: sent is what was written."""

    name: ClassVar[str] = "xmlrpc-unanswered"
    confirms: ClassVar[bool] = False
    sync_mode: ClassVar[bool] = False


HARNESSES = (XmlRpcHarness, UnansweredXmlRpcHarness)
