"""What `udp:` and `unix:` share, and `udp:`: an event is a datagram, and success is that the kernel took it.

The sockets are connected, because only then does the kernel tell of a closed port. It tells late: a refusal is shown by
the *next* send, which then sends nothing, or by the socket's pending error. So a refused send fails the event
before it too, and the pending error is read after each run.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from functools import partial
from operator import length_hint
from typing import ClassVar

from pydantic import Field

from engine.address import UdpAddress
from engine.run import SENT, Fault, Outcome, Run, failed
from engine.transports.base import Connection, TransportContext, TransportOptions
from engine.transports.datagram.absence import Absence
from engine.transports.datagram.progress import Sending
from engine.transports.peers import Peer, is_on_this_machine
from engine.transports.reasons import reason_of
from engine.transports.resolver import Endpoint, Resolver
from engine.transports.settlement import CLOSED, refuse_unencodable, settle_open
from engine.transports.sockets import connected_datagram
from engine.wire.jsonrpc import JsonRpcFormat

_FORMAT = JsonRpcFormat()

_NOBODY = frozenset((errno.ECONNREFUSED, errno.ENOENT))

LOOKUP_PAUSE_S = 1.0
"""After a host name was not found, events fail at once for so long, so that a dead name server is not flooded."""

_UDP_MAX: dict[int, int] = {socket.AF_INET: 65_507, socket.AF_INET6: 65_527}
"""Largest payload of a datagram, in bytes, less the headers that count (RFC 768, RFC 8200)."""


class DatagramOptions(TransportOptions):
    """Settings of `udp:` and `unix:`. `connect_timeout` limits looking up a host name."""

    timeout: int = Field(
        5000, gt=0, le=600_000, description="Longest wait for room in the peer's queue, in milliseconds."
    )


class DatagramTransport(ABC):
    """What udp and unix have in common: the queue, the sending, the settling."""

    Options: ClassVar[type[TransportOptions]] = DatagramOptions
    wire_format = _FORMAT
    _knocks_for_sure: ClassVar[bool] = False
    """Whether `_knock` can see that somebody receives."""

    def __init__(self, options: DatagramOptions, context: TransportContext, peer: Peer) -> None:
        self._options = options
        self._context = context
        self._absence = Absence(peer, context, self._knock, is_proof=self._knocks_for_sure)
        self._socket: socket.socket | None = None
        self._queue: deque[Sending] = deque()
        self._is_pumping = False
        self._is_closed = False
        self._watched: socket.socket | None = None
        """The socket whose writability is awaited."""
        self._timer: asyncio.TimerHandle | None = None
        self._drained: asyncio.Future[None] | None = None

    @property
    def connection(self) -> Connection:
        """DOWN while nobody receives, as far as that can be noticed; else IDLE, as datagrams know no connection."""
        return self._absence.connection

    def start(self, run: Run) -> None:
        """Send a run's events, or let them wait for those before them and for room."""
        if self._is_closed:
            run.settle_all(CLOSED)
            return
        self._queue.append(Sending(run, run.batch.payloads(_FORMAT)))
        if self._timer is None:
            self._pump()

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Take back what has not left. The run that is being sent just now is, as soon as the kernel takes no more."""
        taken = [one for one in self._queue if is_wanted(one.run)]
        if self._is_pumping and taken and taken[0] is self._queue[0]:
            taken.pop(0).taken_back = outcome
        gone = set(taken)
        self._queue = deque(one for one in self._queue if one not in gone)
        if not self._queue:
            self._stop_waiting()
        for sending in taken:
            settle_open(sending.run, range(sending.position, len(sending.run)), outcome)
        self._tell_drained()

    def demand(self) -> None:
        """See whether somebody receives, where nobody did."""
        self._absence.hurry()

    async def reopen(self) -> None:
        """Let go of the socket; the next event opens a new one."""
        self._shut()
        if self._timer is not None:
            self._resume()

    async def close(self, deadline_s: float) -> None:
        """Give waiting datagrams `deadline_s` seconds to leave, settle the rest and close the socket."""
        self._is_closed = True
        if self._queue:
            self._drained = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._drained], timeout=deadline_s)
        self._fail_queue(CLOSED)
        self._stop_waiting()
        self._shut()
        self._absence.end()

    # Opening

    @abstractmethod
    def _open(self, sending: Sending) -> socket.socket | None:
        """A connected socket; None when the transport must wait for the address, and calls `_resume` then.

        Raises:
            OSError: when there is none to be had.
        """

    @abstractmethod
    def _reason(self, error: OSError) -> str:
        """What went wrong, in words, with the place where it helps."""

    @abstractmethod
    def _limit(self, opened: socket.socket) -> int:
        """Bytes that fit into one datagram."""

    @property
    @abstractmethod
    def payload_max(self) -> int | None:
        """Bytes that fit into one datagram, as far as that is known before one is sent."""

    @abstractmethod
    def _knock(self) -> str | None:
        """Whether it is worth sending again: None, or why not."""

    def _may_reopen(self) -> bool:
        """Whether a refused send may be due to the socket alone, so that a new one is worth a try."""
        return False

    def _shut(self) -> None:
        self._unwatch()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    # Sending

    def _pump(self) -> None:
        """Send what waits, in order, until the queue is empty or the kernel takes no more.

        An outcome may start the next run from within; the flag keeps that one behind the present one.
        """
        if self._is_pumping:
            return
        self._is_pumping = True
        try:
            while self._queue and self._advance(self._queue[0]):
                pass
        finally:
            self._is_pumping = False
        if self._queue and (outcome := self._queue[0].taken_back) is not None:
            self._end(self._queue[0], self._queue[0].position, outcome)
            if not self._queue:
                self._stop_waiting()
        self._tell_drained()

    def _tell_drained(self) -> None:
        if self._drained is not None and not self._queue and not self._drained.done():
            self._drained.set_result(None)

    def _advance(self, sending: Sending) -> bool:
        """Send one run as far as it goes; False when it must wait."""
        if not sending.is_checked:
            sending.is_checked = True
            refuse_unencodable(sending.run, sending.payloads.failures)
        if sending.taken_back is not None:
            self._end(sending, sending.position, sending.taken_back)
            return True
        try:
            opened = self._socket or self._open(sending)
        except OSError as error:
            self._end_unsent(sending, sending.position, error)
            return True
        if opened is None:
            self._wait(self._options.connect_timeout, "the host name was not found within")
            return False
        self._socket = opened
        position, failure = self._send(opened, sending)
        return self._refused(opened, sending, position, failure) if failure else self._sent_all(opened, sending)

    @staticmethod
    def _send(opened: socket.socket, sending: Sending) -> tuple[int, OSError | None]:
        """The hot path: one system call an event, and the loop around it in C.

        Returns where it ended, and the error of the send that failed there.
        """
        indices = sending.run.indices[sending.position :]
        send: Callable[[memoryview], int] = opened.send
        if sending.payloads.failures:
            send = partial(_send_unless_empty, send)
        left = iter(sending.payloads.parts(indices))
        try:
            deque(map(send, left), maxlen=0)
        except OSError as error:
            return sending.position + len(indices) - length_hint(left) - 1, error
        return len(sending.run), None

    def _refused(self, opened: socket.socket, sending: Sending, position: int, error: OSError) -> bool:
        """The send at `position` failed; decide for it, for the one before and for the rest. False: wait."""
        if error.errno in {errno.EAGAIN, errno.EWOULDBLOCK, errno.EMSGSIZE}:
            if pending := opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._fail_from(sending, position - 1, OSError(pending, os.strerror(pending)))
                return True
            self._settle_sent(sending, position)
            return self._oversize(opened, sending) if error.errno == errno.EMSGSIZE else self._full(opened)
        if self._may_reopen() and not (sending.has_reopened and position == sending.position):
            self._settle_sent(sending, position)
            sending.has_reopened = True
            self._shut()
        else:
            self._fail_from(sending, position - 1, error)
        return True

    def _oversize(self, opened: socket.socket, sending: Sending) -> bool:
        """The event at hand does not fit; it fails alone."""
        position = sending.position
        sending.position += 1
        size = sending.payloads.size(sending.run.indices[position])
        reason = f"{size} bytes are too long for one datagram; at most {self._limit(opened)} fit"
        sending.run.settle(range(position, position + 1), failed(reason, Fault.EVENT))
        return True

    def _full(self, opened: socket.socket) -> bool:
        """No room for more: wait for some."""
        self._watched = opened
        asyncio.get_running_loop().add_writer(opened, self._resume)
        self._wait(self._options.timeout, "the receiver made no room within")
        return False

    def _sent_all(self, opened: socket.socket, sending: Sending) -> bool:
        """Everything left; the socket's pending error tells whether the last one was refused meanwhile."""
        count = len(sending.run)
        if pending := opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._fail_from(sending, count - 1, OSError(pending, os.strerror(pending)))
        else:
            self._end(sending, count, SENT)
        return True

    # Settling

    def _settle_sent(self, sending: Sending, stop: int) -> None:
        """Everything before `stop` left: settle it and go on from there."""
        start, sending.position = sending.position, stop
        if stop > start:
            sending.has_reopened = False
            if self._absence.connection.down_since is not None:
                self._absence.is_over()
                asyncio.get_running_loop().call_soon(self._context.changed)
            settle_open(sending.run, range(start, stop), SENT)

    def _fail_from(self, sending: Sending, position: int, error: OSError) -> None:
        """The last datagram at or before `position` was refused, and nothing behind it is worth a try."""
        while position > sending.position and sending.run.indices[position] in sending.payloads.failures:
            position -= 1
        self._shut()
        self._end_unsent(sending, max(position, sending.position), error)

    def _end_unsent(self, sending: Sending, sent: int, error: OSError) -> None:
        """Everything before `sent` left; the rest reached nobody, and will not as long as nobody receives."""
        reason = self._reason(error)
        is_news = self._absence.begin(reason, is_refused=error.errno in _NOBODY)
        self._end(sending, sent, failed(reason, unsent=True))
        if is_news:
            self._context.changed()

    def _end(self, sending: Sending, sent: int, rest: Outcome) -> None:
        """Take the head off the queue: everything before `sent` left, the others get `rest`."""
        self._queue.popleft()
        self._settle_sent(sending, sent)
        if sent < len(sending.run):
            settle_open(sending.run, range(sent, len(sending.run)), rest)

    def _fail_queue(self, outcome: Outcome) -> None:
        """Everything that waits gets the same outcome; what these start in turn waits anew."""
        queue, self._queue = self._queue, deque()
        for sending in queue:
            settle_open(sending.run, range(sending.position, len(sending.run)), outcome)

    # Waiting

    def _wait(self, limit_ms: int, what: str) -> None:
        """Let the queue wait for `_resume`, at most `limit_ms`; then all of it fails."""
        self._timer = asyncio.get_running_loop().call_later(limit_ms / 1000, self._expire, f"{what} {limit_ms} ms")

    def _expire(self, reason: str, *, unsent: bool = False) -> None:
        self._stop_waiting()
        self._is_pumping = True
        try:
            self._fail_queue(failed(reason, unsent=unsent))
        finally:
            self._is_pumping = False
        self._pump()

    def _resume(self) -> None:
        self._stop_waiting()
        self._pump()

    def _stop_waiting(self) -> None:
        self._unwatch()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _unwatch(self) -> None:
        if self._watched is not None:
            asyncio.get_running_loop().remove_writer(self._watched)
            self._watched = None


class UdpTransport(DatagramTransport):
    """`udp:host:port`. Only a receiver on this machine, or one behind a network that answers with ICMP, can refuse."""

    def __init__(self, address: UdpAddress, options: DatagramOptions, context: TransportContext) -> None:
        super().__init__(options, context, context.peers.at(address.host, address.port, "udp"))
        self._resolver = Resolver(address.host, address.port, socket.SOCK_DGRAM, context.tasks)
        self._endpoint: Endpoint | None = None
        """What the last lookup found, for the next socket alone: after a failure, a name is looked up again."""
        self._lookup: asyncio.Task[None] | None = None
        self._not_found: tuple[float, OSError] | None = None
        """When (monotonic) and why the last lookup failed."""

    @classmethod
    def failure_blindness(cls, address: UdpAddress, options: DatagramOptions) -> str | None:  # noqa: ARG003
        """Only this machine's own kernel is sure to tell of a closed port."""
        if is_on_this_machine(address.host):
            return None
        return "udp cannot tell that a receiver on another machine is gone"

    async def close(self, deadline_s: float) -> None:
        """As every transport; a lookup that is under way is given up."""
        await super().close(deadline_s)
        self._resolver.close()
        if self._lookup is not None:
            self._lookup.cancel()
            await asyncio.gather(self._lookup, return_exceptions=True)

    def _open(self, sending: Sending) -> socket.socket | None:
        endpoint = self._endpoint or self._resolver.literal()
        self._endpoint = None
        if endpoint is not None:
            return connected_datagram(endpoint)
        if self._lookup is None or self._lookup.done():
            self._raise_if_just_failed(sending.run)
            self._lookup = self._context.tasks.spawn(self._look_up(), "look up a udp receiver")
        return None

    def _raise_if_just_failed(self, run: Run) -> None:
        if self._not_found is not None and not run.connect_now:
            at, error = self._not_found
            if self._context.clock.now() < at + LOOKUP_PAUSE_S:
                raise error

    async def _look_up(self) -> None:
        try:
            endpoints = await self._resolver.endpoints()
        except OSError as error:
            self._not_found = (self._context.clock.now(), error)
            self._lookup = None
            is_news = self._absence.begin(reason_of(error), is_refused=False)
            self._expire(reason_of(error), unsent=True)
            if is_news:
                self._context.changed()
        else:
            self._endpoint = endpoints[0]
            self._lookup = None
            self._resume()

    def _reason(self, error: OSError) -> str:
        return reason_of(error)

    def _knock(self) -> str | None:
        """Only an event can tell: the next one is sent."""
        return None

    def _limit(self, opened: socket.socket) -> int:
        return _UDP_MAX[opened.family]

    @property
    def payload_max(self) -> int | None:
        """Known for an IP address; for a name, while there is a socket."""
        if self._socket is not None:
            return self._limit(self._socket)
        endpoint = self._resolver.literal()
        return None if endpoint is None else _UDP_MAX[endpoint.family]


def _send_unless_empty(send: Callable[[memoryview], int], payload: memoryview) -> int:
    """An event that could not be encoded has no payload; it is settled already and sends nothing."""
    return send(payload) if payload else 0
