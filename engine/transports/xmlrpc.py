"""`xmlrpc:`: an event is a call, posted over HTTP (EI 2.5), with connections that are kept where the server allows.

Calls are never repeated by themselves, as they may have been processed. With one connection, the default, the next
call waits for the answer to the one before, so order is kept.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import ClassVar, Literal

from pydantic import Field

from engine.address import XmlRpcAddress
from engine.run import DELIVERED, SENT, Fault, Outcome, Run, failed
from engine.transports.base import Connection, ConnectionState, TransportContext, TransportOptions
from engine.transports.gathering import Gathered
from engine.transports.httpanswer import Answer, BrokenError, UnreachableError
from engine.transports.httpclient import HttpClient
from engine.transports.methodresponse import NotXmlRpcError, fault_of
from engine.transports.reasons import reason_of
from engine.transports.resolving import Resolver
from engine.transports.settling import ENGINE_STOPPED, refuse_unencodable
from engine.transports.sockets import connected_stream
from engine.transports.supervisor import Supervisor
from engine.version import __version__
from engine.wire.payloads import Payloads
from engine.wire.xmlrpc import XmlRpcFormat

DEFAULT_PATH = "/RPC2"

KEPT_ANSWER = 4096
"""Bytes of a refusing answer that are kept with the outcome."""

MAYBE_PROCESSED = "the event may have been processed"


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


class _Waiting:
    """The events of a run that were not yet taken by a sender. `left` is None until they were looked at."""

    __slots__ = ("left", "payloads", "run")

    def __init__(self, run: Run, payloads: Payloads) -> None:
        self.run = run
        self.payloads = payloads
        self.left: deque[range] | None = None

    def look(self) -> deque[range]:
        """What is left, less the events that cannot be encoded: those fail now. They may start other runs."""
        if self.left is None:
            self.left = deque()
            refuse_unencodable(self.run, self.payloads.failures)
            self.left += self.run.open_stretches()
        return self.left

    def take(self) -> int | None:
        """The position of the next event; None when there is none."""
        left = self.look()
        if not left:
            return None
        position = left[0].start
        left[0] = left[0][1:]
        if not left[0]:
            left.popleft()
        return position

    def settle(self, outcome: Outcome) -> None:
        """Settle everything that is left."""
        left, self.left = self.look(), deque()
        for positions in left:
            self.run.settle(positions, outcome)


class XmlRpcTransport:
    """`xmlrpc:host:port[/path]:method`."""

    Options: ClassVar[type[TransportOptions]] = XmlRpcOptions

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
            connect_timeout_s=options.connect_timeout / 1000,
            on_up=self._on_up,
            on_down=self._on_down,
        )
        self._client: HttpClient | None = None
        self._queue: deque[_Waiting] = deque()
        self._senders: set[asyncio.Task[None]] = set()
        self._outcomes = Gathered()
        self._quiet: asyncio.Future[None] | None = None
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
            run.settle_all(ENGINE_STOPPED)
            return
        connection = self._supervisor.connection
        waiting = _Waiting(run, run.batch.payloads(self.wire_format))
        if connection.state is ConnectionState.DOWN and not run.connect_now:
            waiting.settle(failed(connection.error or "no connection"))
            return
        self._queue.append(waiting)
        if connection.state is ConnectionState.UP:
            self._wake()
        else:
            self._supervisor.demand()

    async def reopen(self) -> None:
        """Let go of the kept connections, as soon as nothing is on its way; after `timeout` in any case."""
        await self._until_quiet(self._options.timeout / 1000)
        await self._disconnect()

    async def close(self, deadline_s: float) -> None:
        """Give what waits or is on its way `deadline_s` seconds to end, settle the rest and disconnect."""
        self._is_closed = True
        await self._until_quiet(deadline_s)
        for sender in self._senders:
            sender.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)
        self._outcomes.settle()
        self._fail_waiting(ENGINE_STOPPED)
        await self._supervisor.close()
        self._resolver.close()
        await self._disconnect()

    async def _until_quiet(self, limit_s: float) -> None:
        if self._queue or self._senders:
            self._quiet = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._quiet], timeout=limit_s)
            self._quiet = None

    def _tell_quiet(self) -> None:
        if self._quiet is not None and not self._quiet.done() and not self._queue and not self._senders:
            self._quiet.set_result(None)

    # Connecting

    async def _connect(self) -> None:
        """For the supervisor: see that the server can be reached. The first call goes over that very socket."""
        client = self._opened()
        client.give(await self._dial())

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

    def _opened(self) -> HttpClient:
        if self._client is None:
            host, port = self._address.host, self._address.port
            named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            path = self._address.path or DEFAULT_PATH
            headers = {"Host": named, "User-Agent": f"Switchboard/{__version__}", "Content-Type": "text/xml"}
            self._client = HttpClient(path, headers, self._dial)
        return self._client

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _on_up(self) -> None:
        if self._queue:
            self._wake()
        elif self._client is not None:
            self._client.take_back()

    def _on_down(self, reason: str) -> None:
        self._fail_waiting(failed(reason))
        self._tell_quiet()

    def _fail_waiting(self, outcome: Outcome) -> None:
        """Settle what no sender has taken; what that starts in turn waits for the next connection."""
        queue, self._queue = self._queue, deque()
        for waiting in queue:
            waiting.settle(outcome)

    # Sending

    def _wake(self) -> None:
        """Have senders for what waits: one a connection, and no more than there are events."""
        if len(self._senders) >= self._options.connections:
            return
        wanted = min(self._options.connections, sum(len(waiting.run) for waiting in self._queue))
        while len(self._senders) < wanted:
            sender = self._context.tasks.spawn(self._send_waiting(), f"call {self._address.host}:{self._address.port}")
            self._senders.add(sender)
            sender.add_done_callback(self._sender_done)

    def _sender_done(self, sender: asyncio.Task[None]) -> None:
        self._senders.discard(sender)
        self._outcomes.settle()
        if self._queue and self._supervisor.is_up and not sender.cancelled():
            self._wake()
        self._tell_quiet()

    async def _send_waiting(self) -> None:
        while self._supervisor.is_up and (taken := self._take()) is not None:
            await self._call(*taken)

    def _take(self) -> tuple[_Waiting, int] | None:
        while self._queue:
            waiting = self._queue[0]
            position = waiting.take()
            if position is not None:
                return waiting, position
            if self._queue and self._queue[0] is waiting:
                self._queue.popleft()
        return None

    async def _call(self, waiting: _Waiting, position: int) -> None:
        """Make one call and settle its event."""
        call = _Call(waiting.run, position, self._outcomes)
        body = bytes(waiting.payloads[waiting.run.indices[position]])
        try:
            await self._post(body, call)
        except asyncio.CancelledError:
            call.settle(ENGINE_STOPPED)
            raise

    async def _post(self, body: bytes, call: _Call) -> None:
        limit_ms = self._options.timeout
        lost = None
        try:
            async with asyncio.timeout(limit_ms / 1000):
                answer = await self._opened().post(body, None if self._options.sync_mode else call.written)
            call.settle(_judged(answer))
        except UnreachableError as error:
            lost = str(error)
            call.settle(failed(lost))
        except TimeoutError:
            lost = f"no answer within {limit_ms} ms"
            call.settle(failed(f"{lost}; {MAYBE_PROCESSED}"))
        except BrokenError as error:
            call.settle(failed(f"{error}; {MAYBE_PROCESSED}"))
        except ValueError as error:
            call.settle(failed(str(error)))
        if lost is not None:
            # Everything else that waits would only run into the same, one deadline after another.
            self._supervisor.lost(lost)


class _Call:
    """One event that is on its way. The first outcome counts: what was sent stays so, whatever comes back."""

    __slots__ = ("_outcomes", "_position", "_run")

    def __init__(self, run: Run, position: int, outcomes: Gathered) -> None:
        self._run: Run | None = run
        self._position = position
        self._outcomes = outcomes

    def written(self) -> None:
        """The request was written, and nobody cares for the answer."""
        self.settle(SENT)

    def settle(self, outcome: Outcome) -> None:
        """Settle the event, once."""
        run, self._run = self._run, None
        if run is not None:
            self._outcomes.add(run, self._position, outcome)


def _judged(answer: Answer) -> Outcome:
    """What an answer says of its event."""
    if not 200 <= answer.status < 300:
        return _refused(f"HTTP {answer.status}", answer)
    if answer.is_cut:
        return _refused(f"the answer is longer than {len(answer.body)} bytes", answer)
    if not answer.body:
        return DELIVERED
    try:
        fault = fault_of(answer.body)
    except NotXmlRpcError as error:
        return _refused(str(error), answer)
    return DELIVERED if fault is None else _refused(fault, answer)


def _refused(reason: str, answer: Answer) -> Outcome:
    return failed(reason, Fault.ANSWER, answer.body[:KEPT_ANSWER])
