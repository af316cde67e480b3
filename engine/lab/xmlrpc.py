"""A receiver for `xmlrpc:`: an HTTP server that answers XML-RPC calls, whatever their path.

See docs/event-interface.md, 2.5.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.address import XmlRpcAddress
from engine.lab.receiver import Receiver, Trouble, break_off

if TYPE_CHECKING:
    from aiohttp import web

_HEAD = '<?xml version="1.0"?>\n<methodResponse>\n'
_OK = f"{_HEAD}<params>\n<param>\n<value><string>OK</string></value>\n</param>\n</params>\n</methodResponse>\n"

_SHUTDOWN_S = 0.1
"""Seconds for a handler to notice that its connection was broken; 0 would mean for ever."""


class XmlRpcReceiver(Receiver):
    """An XML-RPC server that says OK to every call."""

    def __init__(self, name: str, address: XmlRpcAddress) -> None:
        super().__init__(name, address)
        self.address: XmlRpcAddress = address
        self._runner: web.ServerRunner | None = None
        self._listening: socket.socket | None = None
        self._known: set[asyncio.Transport] = set()

    @property
    def is_running(self) -> bool:
        return self._listening is not None

    async def _open(self) -> None:
        from aiohttp import web  # noqa: PLC0415 - only who has such a receiver pays for it

        where = self.address
        server = web.Server(self._handle, access_log=None, handler_cancellation=True)
        self._runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        found = await asyncio.get_running_loop().getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, place = found[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(place)
            await web.SockSite(self._runner, listening).start()
        except OSError:
            listening.close()
            raise
        self._listening = listening
        self.address = replace(where, port=listening.getsockname()[1])

    async def _shut(self) -> None:
        runner, self._runner = self._runner, None
        self._listening = None
        for transport in self._known:
            transport.abort()
        self._known.clear()
        if runner is not None:
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        from aiohttp import web  # noqa: PLC0415 - as above

        self._note_connection(request.transport)
        if self.trouble is Trouble.HANG:
            await asyncio.get_running_loop().create_future()
        if self.trouble is Trouble.RESET:
            _reset(request.transport)
            return web.Response()
        body = await request.read()
        self._take(body)
        if self.trouble is Trouble.SLOW:
            await asyncio.sleep(self.delay_s)
        return web.Response(text=self._answer_to(body), content_type="text/xml")

    def _answer_to(self, body: bytes) -> str:
        if self.trouble is Trouble.ERROR:
            self.counters.errors += 1
            return _fault(1, "the lab was asked to answer faults")
        if b"<methodCall>" not in body:
            self.counters.errors += 1
            return _fault(-32700, "parse error: this is no methodCall")
        self.counters.answered += 1
        return _OK

    def _note_connection(self, transport: asyncio.Transport | None) -> None:
        if transport is None or transport in self._known:
            return
        self._known = {known for known in self._known if not known.is_closing()} | {transport}
        self.counters.connections += 1


def _reset(transport: asyncio.Transport | None) -> None:
    if transport is not None:
        break_off(transport.get_extra_info("socket"))
        transport.abort()


def _fault(code: int, text: str) -> str:
    members = (
        f"<member>\n<name>faultCode</name>\n<value><int>{code}</int></value>\n</member>\n"
        f"<member>\n<name>faultString</name>\n<value><string>{text}</string></value>\n</member>\n"
    )
    return f"{_HEAD}<fault>\n<value><struct>\n{members}</struct></value>\n</fault>\n</methodResponse>\n"
