"""`xmlrpc:`: an event is a call, posted over HTTP, with connections that are kept where the server allows.

Calls are never repeated by themselves, as they may have been processed. With one connection, the default, the next
call waits for the answer to the one before, so order is kept. What OpenSIPS does: docs/event-interface.md, 2.5.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import ClassVar, Literal

from pydantic import Field

from engine.address import XmlRpcAddress
from engine.run import Outcome, Run, failed
from engine.transports.base import Connection, ConnectionState, TransportContext, TransportOptions
from engine.transports.reasons import reason_of
from engine.transports.resolver import Resolver
from engine.transports.settlement import CLOSED, CLOSED_UNANSWERED, refuse_unencodable
from engine.transports.sockets import connected_stream
from engine.transports.supervisor import Supervisor
from engine.transports.xmlrpc.callers import MAYBE_PROCESSED, Call, Callers, Calling
from engine.transports.xmlrpc.gathered import stretches
from engine.transports.xmlrpc.http_answer import UnreachableError
from engine.transports.xmlrpc.server import shared_server
from engine.version import __version__
from engine.wire.payloads import Payloads
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


class _Waiting:
    """The events of a run for which no call was made yet."""

    __slots__ = ("_payloads", "_positions", "count", "run")

    def __init__(self, run: Run, payloads: Payloads) -> None:
        self.run = run
        self.count = len(run)
        """How many there are, those that cannot be encoded included."""
        self._payloads = payloads
        self._positions: Iterator[int] | None = None

    def take(self) -> tuple[Run, int, memoryview] | None:
        """The next event, as its run, its position and its body; None when there is none."""
        position = next(self._left(), None)
        self.count -= 1
        return None if position is None else (self.run, position, self._payloads[self.run.indices[position]])

    def settle(self, outcome: Outcome) -> None:
        """Settle everything that is left."""
        left = list(self._left())
        for positions in stretches(left) if left else ():
            self.run.settle(positions, outcome)

    def _left(self) -> Iterator[int]:
        """The positions that are left. Events that cannot be encoded fail at the first look; they may start runs."""
        if self._positions is None:
            refuse_unencodable(self.run, self._payloads.failures)
            self._positions = chain.from_iterable(self.run.open_stretches())
        return self._positions


class XmlRpcTransport:
    """`xmlrpc:host:port[/path]:method`."""

    Options: ClassVar[type[TransportOptions]] = XmlRpcOptions
    payload_max: int | None = None

    def __init__(self, address: XmlRpcAddress, options: XmlRpcOptions, context: TransportContext) -> None:
        self._address = address
        self._options = options
        self._context = context
        self.wire_format = XmlRpcFormat(address.method, options.use_struct_param, options.compat == "opensips")
        self._resolver = Resolver(address.host, address.port, socket.SOCK_STREAM, context.tasks)
        self._supervisor = Supervisor(
            f"xmlrpc {address.host}:{address.port}",
            context,
            self._connect,
            peer=context.peers.at(address.host, address.port),
            connect_timeout_s=options.connect_timeout / 1000,
            on_up=self._on_up,
            on_down=self._on_down,
        )
        self._callers = Callers(
            Calling(
                connections=options.connections,
                timeout_ms=options.timeout,
                is_answered=options.sync_mode,
                keeps=options.keep_alive,
                tasks=context.tasks,
                dial=self._dial,
                has_more=self._has_more,
                take=self._take,
                lost=self._supervisor.lost,
                gave_up=partial(self._supervisor.lost, is_ours=True),
                turned=self._tell_quiet,
            ),
            shared_server(address.host, address.port),
        )
        self._head = self._request_head()
        self._queue: deque[_Waiting] = deque()
        self._quiet: set[asyncio.Future[None]] = set()
        self._is_closed = False

    @classmethod
    def failure_blindness(cls, address: XmlRpcAddress, options: XmlRpcOptions) -> str | None:  # noqa: ARG003
        """Without the answer, only a server that takes no connection is noticed."""
        if options.sync_mode:
            return None
        return "xmlrpc without sync_mode cannot tell that an event was refused; set transports.xmlrpc.sync_mode"

    @property
    def connection(self) -> Connection:
        """Whether the server could be reached when it was last tried."""
        return self._supervisor.connection

    def start(self, run: Run) -> None:
        """Call for each event of a run, behind the runs that were started before it."""
        if self._is_closed:
            run.settle_all(CLOSED)
            return
        connection = self._supervisor.connection
        waiting = _Waiting(run, run.batch.payloads(self.wire_format))
        if connection.state is ConnectionState.DOWN and not run.connect_now:
            waiting.settle(failed(connection.error or "no connection", unsent=True))
            return
        self._queue.append(waiting)
        if connection.state is ConnectionState.UP:
            self._callers.wake()
        else:
            self._supervisor.demand(at_once=True)

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Take back the events for which no call was made."""
        taken = [one for one in self._queue if is_wanted(one.run)]
        self._queue = deque(one for one in self._queue if not is_wanted(one.run))
        for waiting in taken:
            waiting.settle(outcome)
        self._tell_quiet()

    def demand(self) -> None:
        """See whether the server can be reached, if it could not be."""
        self._supervisor.demand()

    async def reopen(self) -> None:
        """Let go of the kept connections, as soon as nothing is on its way; after `timeout` in any case."""
        await self._until_quiet(self._options.timeout / 1000)
        await self._callers.close(failed(f"connecting anew; {MAYBE_PROCESSED}"))
        self._callers.wake()

    async def close(self, deadline_s: float) -> None:
        """Give what waits or is on its way `deadline_s` seconds to end, settle the rest and disconnect."""
        self._is_closed = True
        await self._until_quiet(deadline_s)
        await self._supervisor.close()
        await self._callers.end(CLOSED_UNANSWERED)
        self._fail_waiting(CLOSED)
        self._resolver.close()

    async def _until_quiet(self, limit_s: float) -> None:
        if self._queue or self._callers.is_busy:
            waiter = asyncio.get_running_loop().create_future()
            self._quiet.add(waiter)
            await asyncio.wait([waiter], timeout=limit_s)
            self._quiet.discard(waiter)

    def _tell_quiet(self) -> None:
        if self._queue or self._callers.is_busy:
            return
        while self._quiet:
            self._quiet.pop().set_result(None)

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
            async with asyncio.timeout(limit_ms / 1000):
                return await self._first_connected()
        except TimeoutError as error:
            raise UnreachableError(f"no connection within {limit_ms} ms") from error
        except OSError as error:
            raise UnreachableError(reason_of(error)) from error

    async def _first_connected(self) -> socket.socket:
        endpoints = await self._resolver.endpoints()
        share_s = self._options.connect_timeout / 1000 / len(endpoints)
        for endpoint in endpoints[:-1]:
            try:
                async with asyncio.timeout(share_s):
                    return await connected_stream(endpoint, self._options.timeout)
            except OSError:  # TimeoutError among them: the next address has its turn
                continue
        return await connected_stream(endpoints[-1], self._options.timeout)

    def _on_up(self) -> None:
        self._callers.wake()

    def _on_down(self, reason: str) -> None:
        self._fail_waiting(failed(reason, unsent=True))
        self._tell_quiet()

    def _fail_waiting(self, outcome: Outcome) -> None:
        """Settle what no caller has taken; what that starts in turn waits for the next connection."""
        queue, self._queue = self._queue, deque()
        for waiting in queue:
            waiting.settle(outcome)

    # Calling

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
        for waiting in self._queue:
            count -= waiting.count
            if count < 0:
                return True
        return False

    def _take(self) -> Call | None:
        """The next call, while the server is known to be there."""
        while self._queue and self._supervisor.is_up:
            waiting = self._queue[0]
            taken = waiting.take()
            if taken is not None:
                if not waiting.count and self._queue[0] is waiting:
                    self._queue.popleft()
                run, position, body = taken
                return Call(run, position, b"%b%d\r\n\r\n%b" % (self._head, len(body), bytes(body)))
            if self._queue and self._queue[0] is waiting:
                self._queue.popleft()
        return None
