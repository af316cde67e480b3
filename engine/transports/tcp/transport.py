"""`tcp:`: JSON-RPC objects back to back on one connection per target (docs/event-interface.md, 2.4).

Without `sync_mode`, success is that the kernel took the bytes. With it, each event is a request with an id of its
own, many are in flight, and success is the answer. A message that was begun is completed or the connection is
closed; nothing else ever follows half a message (docs/event-interface.md, D23).
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from pydantic import AliasChoices, Field

from engine.address import TcpAddress
from engine.run import SENT, Outcome, Run, failed
from engine.transports.base import Connection, ConnectionState, TransportContext, TransportOptions
from engine.transports.reasons import reason_of
from engine.transports.resolver import Resolver
from engine.transports.settlement import CLOSED, CLOSED_UNANSWERED, refuse_unencodable, settle_open
from engine.transports.sockets import ack_now, connected_stream
from engine.transports.supervisor import Supervisor
from engine.transports.tcp.answers import AnswerError, AnswerReader, InFlight
from engine.transports.tcp.outgoing import Outgoing
from engine.wire.jsonrpc import JsonRpcFormat

READ_SIZE = 256 * 1024
"""Bytes taken from the connection at a time."""

MAYBE_PROCESSED = "the event may have been processed"
"""Said of every request that was written and not answered: another member may then get it as well.

See docs/event-interface.md, D23.
"""


_SEPARATORS: Mapping[str | None, str] = {None: "", "newline": "\n"}


class StreamOptions(TransportOptions):
    """Settings of `tcp:`."""

    sync_mode: bool = Field(
        False,
        validation_alias=AliasChoices("sync_mode", "reliable_mode"),
        description="Send requests with an id and wait for the answers; the receiver must be able to answer.",
    )
    timeout: int = Field(
        5000,
        gt=0,
        le=600_000,
        description="Limit for an answer (sync_mode), and for a receiver that reads nothing, in milliseconds.",
    )
    event_param: str | None = Field(
        None, min_length=1, description="Name of a first parameter that holds the event's name."
    )
    separator: Literal["newline"] | None = Field(
        None,
        description="`newline`: a line feed behind each object, for receivers that read line by line.",
    )


class StreamTransport:
    """`tcp:host:port[/method]`."""

    Options: ClassVar[type[TransportOptions]] = StreamOptions
    payload_max: int | None = None

    def __init__(self, address: TcpAddress, options: StreamOptions, context: TransportContext) -> None:
        self._options = options
        self.wire_format = JsonRpcFormat(address.method, options.event_param, _SEPARATORS[options.separator])
        self._resolver = Resolver(address.host, address.port, socket.SOCK_STREAM, context.tasks)
        self._supervisor = Supervisor(
            f"tcp {address.host}:{address.port}",
            context,
            self._connect,
            peer=context.peers.at(address.host, address.port),
            connect_timeout_s=options.connect_timeout / 1000,
            on_up=self._pump,
            on_down=self._on_down,
        )
        self._timeout_s = options.timeout / 1000
        self._socket: socket.socket | None = None
        self._queue: deque[Outgoing] = deque()
        self._in_flight = InFlight()
        self._answers = AnswerReader()
        self._next_id = 1
        self._has_given_up = False
        """Set while a connection is given up that the peer did not end."""
        self._is_held = False
        """Set while outcomes are told: runs that these start must wait their turn."""
        self._stalled_since: float | None = None
        """When the kernel last took bytes, while it takes no more; loop time."""
        self._timer: asyncio.TimerHandle | None = None
        self._quiet: asyncio.Future[None] | None = None
        self._is_closed = False

    @classmethod
    def failure_blindness(cls, address: TcpAddress, options: StreamOptions) -> str | None:  # noqa: ARG003
        """Without answers, what was written just before the peer went away is lost unnoticed."""
        if options.sync_mode:
            return None
        return (
            "tcp without sync_mode cannot tell that an event was lost when the peer goes away; "
            "set transports.tcp.sync_mode"
        )

    @property
    def connection(self) -> Connection:
        """The state of the connection."""
        return self._supervisor.connection

    def start(self, run: Run) -> None:
        """Write a run, behind those that were started before it."""
        if self._is_closed:
            run.settle_all(CLOSED)
            return
        connection = self._supervisor.connection
        payloads = run.batch.payloads(self.wire_format)
        if connection.state is ConnectionState.DOWN and not run.connect_now:
            refuse_unencodable(run, payloads.failures)
            run.settle_all(failed(connection.error or "no connection", unsent=True))
            return
        self._queue.append(Outgoing(run, payloads))
        if connection.state is ConnectionState.UP:
            self._pump()
        else:
            self._supervisor.demand(at_once=True)

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Take back what the kernel has nothing of. An object that was begun is completed, and ends by itself."""
        taken = [(one, one.take_back()) for one in self._queue if is_wanted(one.run)]
        self._queue = deque(one for one in self._queue if one.position < one.count)
        if not self._queue:
            self._end_stall()
        for outgoing, positions in taken:
            settle_open(outgoing.run, positions, outcome)
        self._tell_quiet()

    def demand(self) -> None:
        """Connect now, if there is no connection."""
        self._supervisor.demand()

    async def reopen(self) -> None:
        """Connect anew, as soon as nothing is on its way; after `timeout` in any case."""
        await self._until_quiet(self._timeout_s)
        if self._supervisor.is_up:
            self._lose("connecting anew", has_given_up=True)
            self._supervisor.demand(at_once=True)

    async def close(self, deadline_s: float) -> None:
        """Give what is written or waits `deadline_s` seconds to end, settle the rest and disconnect."""
        self._is_closed = True
        await self._until_quiet(deadline_s)
        await self._supervisor.close()
        self._resolver.close()
        self._disconnect()
        self._fail_all(CLOSED_UNANSWERED, CLOSED)

    async def _until_quiet(self, limit_s: float) -> None:
        if self._queue or self._in_flight:
            self._quiet = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._quiet], timeout=limit_s)
            self._quiet = None

    # Connecting

    async def _connect(self) -> None:
        """Try the host's addresses in turn, each with its share of the time."""
        endpoints = await self._resolver.endpoints()
        limit_s = self._options.connect_timeout / 1000 / len(endpoints)
        error = OSError("the host has no address")
        for endpoint in endpoints:
            try:
                async with asyncio.timeout(limit_s):
                    connected = await connected_stream(endpoint, self._options.timeout)
            except OSError as failure:  # TimeoutError among them
                error = failure
            else:
                self._use(connected)
                return
        raise error

    def _use(self, connected: socket.socket) -> None:
        self._socket = connected
        self._answers = AnswerReader()
        self._in_flight.unmatched = ""
        asyncio.get_running_loop().add_reader(connected, self._readable, connected)

    def _on_down(self, reason: str) -> None:
        in_flight = failed(f"{reason}; {MAYBE_PROCESSED}", maybe_taken=True, cut_off=not self._has_given_up)
        self._fail_all(in_flight, failed(reason, unsent=True))

    def _lose(self, reason: str, *, has_given_up: bool = False) -> None:
        """Everything open fails, and the supervisor connects anew. `has_given_up`: the peer did not end it."""
        self._has_given_up = has_given_up
        self._disconnect()
        self._supervisor.lost(reason, is_ours=has_given_up)
        self._has_given_up = False

    def _disconnect(self) -> None:
        self._stalled_since = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._socket is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)
            self._socket.close()
            self._socket = None

    def _fail_all(self, in_flight: Outcome, waiting: Outcome) -> None:
        """Settle everything open; what that starts in turn belongs to the next connection."""
        queue, self._queue = self._queue, deque()
        self._in_flight.fail_all(in_flight)
        for outgoing in queue:
            settle_open(outgoing.run, range(outgoing.position, outgoing.count), waiting)
        self._tell_quiet()

    def _tell_quiet(self) -> None:
        if self._quiet is not None and not self._quiet.done() and not self._queue and not self._in_flight:
            self._quiet.set_result(None)

    # Writing

    def _pump(self) -> None:
        """Write what waits, in order, until all of it is written or the kernel takes no more."""
        if self._is_held or self._stalled_since is not None:
            return
        self._is_held = True
        try:
            while self._queue and self._socket is not None and self._write(self._socket, self._queue[0]):
                pass
        finally:
            self._is_held = False
        self._arm()
        self._tell_quiet()

    def _write(self, connected: socket.socket, outgoing: Outgoing) -> bool:
        """Write one run as far as it goes; False when it must wait."""
        if not outgoing.is_prepared and not self._prepare(outgoing):
            return True
        try:
            count = connected.send(outgoing.data[outgoing.offset :])
        except BlockingIOError:
            return self._stall(connected)
        except OSError as error:
            self._write_failed(connected, error)
            return False
        positions = outgoing.took(count)
        if outgoing.is_complete:
            self._queue.popleft()
        self._handed_over(outgoing, positions)
        return outgoing.is_complete or self._stall(connected)

    def _prepare(self, outgoing: Outgoing) -> bool:
        """Make the bytes; False when the run was taken back from within an outcome, and has left the queue."""
        refuse_unencodable(outgoing.run, outgoing.payloads.failures)
        if not outgoing.count:
            return False
        if self._options.sync_mode:
            outgoing.prepare(self._next_id)
            self._next_id += len(outgoing.run)
        else:
            outgoing.prepare(None)
        return True

    def _handed_over(self, outgoing: Outgoing, positions: range) -> None:
        """The kernel has all bytes of the events at `positions`."""
        if not self._options.sync_mode:
            settle_open(outgoing.run, positions, SENT)
            return
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        first_id = outgoing.first_id + positions.start
        self._in_flight.add(outgoing.run, positions, first_id, deadline, outgoing.unsent(positions))

    def _stall(self, connected: socket.socket) -> bool:
        """The kernel takes no more: wait until the peer has read something."""
        loop = asyncio.get_running_loop()
        self._stalled_since = loop.time()
        loop.add_writer(connected, self._writable)
        return False

    def _writable(self) -> None:
        self._end_stall()
        self._pump()

    def _end_stall(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_writer(self._socket)
        self._stalled_since = None

    def _write_failed(self, connected: socket.socket, error: OSError) -> None:
        """The connection is broken; what the peer answered before that still counts."""
        try:
            while data := connected.recv(READ_SIZE):
                self._heard(data)
        except (OSError, AnswerError):
            pass  # the write's error says it already
        self._lose(reason_of(error))

    # Reading

    def _readable(self, connected: socket.socket) -> None:
        self._is_held = True
        is_garbage = False
        try:
            reason = self._read(connected)
        except AnswerError as error:
            reason, is_garbage = str(error), True
        finally:
            self._is_held = False
        if reason is None:
            self._pump()
        else:
            self._lose(reason, has_given_up=is_garbage)

    def _read(self, connected: socket.socket) -> str | None:
        """Take what the peer sent; the reason when the connection is of no more use. Raises AnswerError."""
        try:
            data = connected.recv(READ_SIZE)
            self._heard(data)
        except BlockingIOError:
            return None
        except OSError as error:
            return reason_of(error)
        return None if data else "connection closed by the peer"

    def _heard(self, data: bytes) -> None:
        """Settle what these bytes answer; without sync_mode nobody asked, and they are dropped."""
        if self._options.sync_mode:
            self._in_flight.settle(self._answers.feed(data))
            if self._in_flight and self._socket is not None:
                ack_now(self._socket)  # the next answer may be held back until then

    # Deadlines: one timer, which looks at the oldest request and at the stalled write

    def _arm(self) -> None:
        deadline = self._next_deadline()
        if deadline is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(deadline, self._check_deadlines)

    def _next_deadline(self) -> float | None:
        stalled = None if self._stalled_since is None else self._stalled_since + self._timeout_s
        answer = self._in_flight.next_deadline
        return answer if stalled is None else stalled if answer is None else min(stalled, answer)

    def _check_deadlines(self) -> None:
        self._timer = None
        deadline = self._next_deadline()
        if deadline is None:
            return
        if asyncio.get_running_loop().time() < deadline:
            self._arm()
            return
        limit = f"{self._options.timeout} ms"
        if deadline != self._in_flight.next_deadline:
            self._lose(f"the peer read nothing for {limit}", has_given_up=True)
            return
        said = self._in_flight.unmatched
        told = f"; the peer said, to no event in flight: {said}" if said else ""
        self._lose(f"no answer within {limit}{told}", has_given_up=True)
