"""`xmlrpc:`: an event is a call, posted over HTTP, with connections that are kept where the server allows.

Calls are never repeated by themselves, as they may have been processed. With one connection, the default, the next
call waits for the answer to the one before, so order is kept. What OpenSIPS does: docs/event-interface.md, 2.5.
"""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from engine.address import XmlRpcAddress
from engine.run import Outcome, Run, failed
from engine.transports.base import TransportContext, TransportOptions
from engine.transports.connected import ConnectedTransport
from engine.transports.reasons import reason_of
from engine.transports.settlement import MAYBE_PROCESSED
from engine.transports.sockets import connected_stream
from engine.transports.xmlrpc.callers import Call, Callers, Calls
from engine.transports.xmlrpc.entry import XmlRpcEntry
from engine.transports.xmlrpc.http_answer import UnreachableError
from engine.transports.xmlrpc.server import shared_server
from engine.version import __version__
from engine.wire.xmlrpc import XmlRpcFormat

DEFAULT_PATH = "/RPC2"


class XmlRpcOptions(TransportOptions):
    """Settings of `xmlrpc:`."""

    sync_mode: bool = Field(
        True,
        description=(
            "Read the answer: a fault, a status other than 2xx and what is not XML-RPC are failures (an empty body is "
            "none). Off, an event counts as sent once it is written."
        ),
    )
    use_struct_param: bool = Field(False, description="Write each named parameter as a struct of one member.")
    compat: Literal["opensips"] | None = Field(
        None, description="`opensips`: a <name> beside the <value>, where XML-RPC does not allow it."
    )
    connections: int = Field(
        1,
        ge=1,
        le=64,
        description="Connections to one server. With more than 1 it is faster, but order is not guaranteed.",
    )
    keep_alive: bool = Field(
        True, description="Keep connections for further calls; off, each call has its own (`Connection: close`)."
    )


class XmlRpcTransport(ConnectedTransport[XmlRpcEntry]):
    """`xmlrpc:host:port[/path]:method`. Its callers have the connections, and look after the calls' deadlines."""

    Options: ClassVar[type[TransportOptions]] = XmlRpcOptions

    def __init__(self, address: XmlRpcAddress, options: XmlRpcOptions, context: TransportContext) -> None:
        super().__init__("xmlrpc", address.host, address.port, options, context)
        self.wire_format = XmlRpcFormat(address.method, options.use_struct_param, options.compat == "opensips")
        self._address = address
        self._options = options
        self._callers = Callers(
            Calls(
                connections=options.connections,
                timeout_ms=options.timeout,
                is_answered=options.sync_mode,
                keeps=options.keep_alive,
                tasks=context.tasks,
                dial=self._dial,
                has_more=self._has_more,
                take=self._take,
                on_unreachable=self._supervisor.lost,
                on_silence=partial(self._supervisor.lost, is_ours=True),
                on_turn=self._outbox.notify_if_quiet,
            ),
            shared_server(address.host, address.port),
        )
        self._head = self._request_head()

    @classmethod
    def failure_blindness(cls, address: XmlRpcAddress, options: XmlRpcOptions) -> str | None:  # noqa: ARG003
        """Without the answer, only a server that takes no connection is noticed."""
        if options.sync_mode:
            return None
        return "xmlrpc without sync_mode cannot tell that an event was refused; set transports.xmlrpc.sync_mode"

    async def reopen(self) -> None:
        """Let go of the kept connections, as soon as nothing is on its way; after `timeout` in any case."""
        await self._outbox.until_quiet(self._timeout_s)
        await self._callers.close(failed(f"connecting anew; {MAYBE_PROCESSED}"))
        self._callers.wake()

    async def close(self, deadline_s: float) -> None:
        """As every transport; a connection that is being made is given up."""
        await super().close(deadline_s)
        await self._callers.end()

    # Connecting

    async def _connect(self) -> None:
        """For the supervisor: see that the server can be reached. The first call goes over that very socket.

        A connection that another target left there shows it too: the server may serve no second one meanwhile.
        """
        if not self._callers.server.has_resting:
            self._callers.give(await self._dial())

    async def _dial(self) -> socket.socket:
        """A socket to the server; the host's addresses are tried in turn, each with its share of the time.

        Raises:
            UnreachableError: there is none to be had.
        """
        limit_ms = self._options.connect_timeout
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                return await self._first_connected()
        except TimeoutError as error:
            raise UnreachableError(f"no connection within {limit_ms} ms") from error
        except OSError as error:
            raise UnreachableError(reason_of(error)) from error

    async def _first_connected(self) -> socket.socket:
        endpoints = await self._resolver.endpoints()
        share_s = self._connect_timeout_s / len(endpoints)
        for endpoint in endpoints[:-1]:
            try:
                async with asyncio.timeout(share_s):
                    return await connected_stream(endpoint, self._options.timeout)
            except OSError:  # TimeoutError among them: the next address has its turn
                continue
        return await connected_stream(endpoints[-1], self._options.timeout)

    def _on_up(self) -> None:
        """Have calls made, or the connection that showed it closed again where none waits."""
        self._callers.wake()

    def _on_down(self, reason: str) -> None:
        """What waits fails. Calls that are under way over other connections may still be answered."""
        self._outbox.fail(failed(reason, unsent=True))

    def _disconnect(self) -> None:
        """The connections are the callers', and go with their calls."""

    def _has_in_flight(self) -> bool:
        return self._callers.is_busy

    def _fail_in_flight(self, outcome: Outcome) -> None:
        self._callers.break_off(outcome)

    # Calling

    def _entry(self, run: Run) -> XmlRpcEntry:
        return XmlRpcEntry(run, run.batch.payloads(self.wire_format))

    def _hand_over(self, entry: XmlRpcEntry) -> bool:  # noqa: ARG002 - the callers take what is first then
        """Have the callers take what waits, before the loop waits again."""
        self._callers.wake()
        return False

    def _request_head(self) -> bytes:
        """What every request begins with, up to the length of its body."""
        host, port = self._address.host, self._address.port
        lines = [
            f"POST {self._address.path or DEFAULT_PATH} HTTP/1.1",
            f"Host: [{host}]:{port}" if ":" in host else f"Host: {host}:{port}",
            f"User-Agent: Switchboard/{__version__}",
            *(() if self._options.keep_alive else ("Connection: close",)),
            "Content-Type: text/xml",
            "Content-Length: ",
        ]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape")

    def _has_more(self, count: int) -> bool:
        """Whether more than `count` calls are to be made, while the server is known to be there."""
        if not self._supervisor.is_up:
            return False
        for entry in self._outbox.entries:
            count -= entry.count - entry.position
            if count < 0:
                return True
        return False

    def _take(self) -> Call | None:
        """The next call, while the server is known to be there."""
        entries = self._outbox.entries
        while entries and self._supervisor.is_up:
            entry = entries[0]
            position = entry.take()
            if entry.position >= entry.count and entries and entries[0] is entry:
                entries.popleft()
            if position is not None:
                body = entry.body(position)
                return Call(entry.run, position, b"%b%d\r\n\r\n%b" % (self._head, len(body), bytes(body)))
        return None
