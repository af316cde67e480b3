"""`tcp:`: JSON-RPC objects back to back on one connection per target (docs/event-interface.md, 2.4).

Without `sync_mode`, success is that the kernel took the bytes. With it, each event is a request with an id of its
own, many are in flight, and success is the answer. A message that was begun is completed or the connection is
closed; nothing else ever follows half a message (docs/event-interface.md, D23).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import AliasChoices, Field

from engine.address import TcpAddress
from engine.run import SENT, Outcome, Run
from engine.transports.base import TransportContext, TransportOptions
from engine.transports.connected import ConnectedTransport
from engine.transports.reasons import reason_of
from engine.transports.settlement import refuse_unencodable, settle_open
from engine.transports.sockets import ack_now, connected_stream
from engine.transports.tcp.answers import AnswerError, AnswerReader, InFlight
from engine.transports.tcp.entry import StreamEntry
from engine.wire.jsonrpc import JsonRpcFormat

READ_SIZE = 256 * 1024
"""Bytes taken from the connection at a time."""

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


class StreamTransport(ConnectedTransport[StreamEntry]):
    """`tcp:host:port[/method]`."""

    Options: ClassVar[type[TransportOptions]] = StreamOptions

    def __init__(self, address: TcpAddress, options: StreamOptions, context: TransportContext) -> None:
        super().__init__("tcp", address.host, address.port, options, context)
        self.wire_format = JsonRpcFormat(address.method, options.event_param, _SEPARATORS[options.separator])
        self._options = options
        self._socket: socket.socket | None = None
        self._in_flight = InFlight()
        self._answers = AnswerReader()
        self._next_id = 1
        self._stalled_since: float | None = None
        """When the kernel last took bytes, while it takes no more; loop time."""

    @classmethod
    def failure_blindness(cls, address: TcpAddress, options: StreamOptions) -> str | None:  # noqa: ARG003
        """Without answers, what was written just before the peer went away is lost unnoticed."""
        if options.sync_mode:
            return None
        return (
            "tcp without sync_mode cannot tell that an event was lost when the peer goes away; "
            "set transports.tcp.sync_mode"
        )

    # Connecting

    async def _connect(self) -> None:
        """Try the host's addresses in turn, each with its share of the time."""
        endpoints = await self._resolver.endpoints()
        limit_s = self._connect_timeout_s / len(endpoints)
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

    def _disconnect(self) -> None:
        self._stalled_since = None
        if self._socket is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)
            self._socket.close()
            self._socket = None

    def _has_in_flight(self) -> bool:
        return bool(self._in_flight)

    def _fail_in_flight(self, outcome: Outcome) -> None:
        self._in_flight.fail_all(outcome)

    # Writing

    def _entry(self, run: Run) -> StreamEntry:
        return StreamEntry(run, run.batch.payloads(self.wire_format))

    def _hand_over(self, entry: StreamEntry) -> bool:
        """Write one run as far as it goes; False when it must wait for the peer, or for a connection."""
        connected = self._socket
        if connected is None or self._stalled_since is not None:
            return False
        if not entry.is_prepared and not self._prepare(entry):
            return True
        try:
            count = connected.send(entry.data[entry.offset :])
        except BlockingIOError:
            return self._stall(connected)
        except OSError as error:
            self._write_failed(connected, error)
            return False
        positions = entry.took(count)
        if entry.is_complete:
            self._outbox.entries.popleft()
        self._written(entry, positions)
        return entry.is_complete or self._stall(connected)

    def _prepare(self, entry: StreamEntry) -> bool:
        """Make the bytes; False when the run was taken back from within an outcome, and has left the outbox."""
        refuse_unencodable(entry.run, entry.payloads.failures)
        if not entry.count:
            return False
        if self._options.sync_mode:
            entry.prepare(self._next_id)
            self._next_id += len(entry.run)
        else:
            entry.prepare(None)
        return True

    def _written(self, entry: StreamEntry, positions: range) -> None:
        """The kernel has all bytes of the events at `positions`."""
        if not self._options.sync_mode:
            settle_open(entry.run, positions, SENT)
            return
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        first_id = entry.first_id + positions.start
        self._in_flight.add(entry.run, positions, first_id, deadline, entry.unsent(positions))

    def _stall(self, connected: socket.socket) -> bool:
        """The kernel takes no more: wait until the peer has read something."""
        loop = asyncio.get_running_loop()
        self._stalled_since = loop.time()
        loop.add_writer(connected, self._writable)
        return False

    def _writable(self) -> None:
        self._stop_waiting()
        self._pump()

    def _stop_waiting(self) -> None:
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
        outbox = self._outbox
        outbox.is_held = True  # runs that the outcomes start wait until all of these are told
        is_garbage = False
        try:
            reason = self._read(connected)
        except AnswerError as error:
            reason, is_garbage = str(error), True
        finally:
            outbox.is_held = False
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

    # Deadlines: of the oldest request, and of a write that the peer's reading holds up

    def _next_deadline(self) -> float | None:
        stalled = None if self._stalled_since is None else self._stalled_since + self._timeout_s
        answer = self._in_flight.next_deadline
        return answer if stalled is None else stalled if answer is None else min(stalled, answer)

    def _expire(self, now: float) -> None:  # noqa: ARG002 - either ends the connection with all that is open
        limit = f"{self._options.timeout} ms"
        if self._next_deadline() != self._in_flight.next_deadline:
            self._lose(f"the peer read nothing for {limit}", has_given_up=True)
            return
        unmatched = self._in_flight.unmatched
        but_said = f"; the peer said, to no event in flight: {unmatched}" if unmatched else ""
        self._lose(f"no answer within {limit}{but_said}", has_given_up=True)
