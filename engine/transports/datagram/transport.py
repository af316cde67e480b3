"""What `udp:` and `unix:` share: an event is a datagram, and success is that the kernel took it.

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
from typing import ClassVar, NamedTuple

from pydantic import Field

from engine.run import SENT, Fault, Outcome, Run, failed
from engine.transports.base import Connection, TransportContext, TransportOptions
from engine.transports.datagram.absence import Absence
from engine.transports.outbox import Entry, Outbox
from engine.transports.peers import Peer
from engine.transports.settlement import CLOSED, refuse_unencodable, settle_open
from engine.wire.jsonrpc import JsonRpcFormat
from engine.wire.payloads import Payloads

_FORMAT = JsonRpcFormat()

_NOBODY = frozenset((errno.ECONNREFUSED, errno.ENOENT))


class DatagramOptions(TransportOptions):
    """Settings of `udp:` and `unix:`. `connect_timeout` limits looking up a host name."""

    timeout: int = Field(
        5000, gt=0, le=600_000, description="Longest wait for room in the peer's queue, in milliseconds."
    )


class DatagramEntry(Entry):
    """A run that is being sent: everything before `position` was sent and settled."""

    __slots__ = ("has_reopened", "is_checked", "payloads")

    def __init__(self, run: Run, payloads: Payloads) -> None:
        super().__init__(run)
        self.payloads = payloads
        self.is_checked = False
        """Whether the events that cannot be encoded are settled."""
        self.has_reopened = False
        """Whether the socket was opened anew for the event at `position`, which happens once."""


class Wait(NamedTuple):
    """Something that the first entry waits for."""

    deadline: float
    """When it must have come; loop time."""
    reason: str
    """Why everything fails when it has not."""


class DatagramTransport(ABC):
    """What udp and unix have in common: the waiting, the sending, the settling."""

    Options: ClassVar[type[TransportOptions]] = DatagramOptions
    wire_format = _FORMAT
    _knocks_for_sure: ClassVar[bool] = False
    """Whether `_knock` can see that somebody receives."""

    def __init__(self, options: DatagramOptions, context: TransportContext, peer: Peer) -> None:
        self._options = options
        self._context = context
        self._absence = Absence(peer, context, self._knock, is_proof=self._knocks_for_sure)
        self._socket: socket.socket | None = None
        self._outbox: Outbox[DatagramEntry] = Outbox(
            self._hand_over,
            has_in_flight=lambda: False,
            next_deadline=self._next_deadline,
            expire=self._expire,
            on_empty=self._stop_waiting,
        )
        self._pump = self._outbox.pump
        self._wait: Wait | None = None
        """What the outbox waits for now."""
        self._watched: socket.socket | None = None
        """The socket whose writability is awaited."""

    @property
    def connection(self) -> Connection:
        """DOWN while nobody receives, as far as that can be noticed; else IDLE, as datagrams know no connection."""
        return self._absence.connection

    def start(self, run: Run) -> None:
        """Send a run's events, or let them wait for those before them and for room."""
        if self._outbox.is_closed:
            run.settle_all(CLOSED)
            return
        self._outbox.entries.append(DatagramEntry(run, run.batch.payloads(_FORMAT)))
        self._pump()

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Take back what has not left."""
        self._outbox.withdraw(is_wanted, outcome)

    def demand(self) -> None:
        """See whether somebody receives, where nobody did."""
        self._absence.hurry()

    async def reopen(self) -> None:
        """Let go of the socket; the next event opens a new one."""
        self._shut()
        if self._wait is not None:
            self._resume()

    async def close(self, deadline_s: float) -> None:
        """Give waiting datagrams `deadline_s` seconds to leave, settle the rest and close the socket."""
        self._outbox.is_closed = True
        await self._outbox.until_quiet(deadline_s)
        self._outbox.fail(CLOSED)
        self._stop_waiting()
        self._shut()
        self._absence.close()

    # Opening

    @abstractmethod
    def _open(self, entry: DatagramEntry) -> socket.socket | None:
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

    def _hand_over(self, entry: DatagramEntry) -> bool:
        """Send one run as far as it goes; False when it must wait."""
        if self._wait is not None:
            return False
        if not entry.is_checked:
            entry.is_checked = True
            refuse_unencodable(entry.run, entry.payloads.failures)
            if entry.position == entry.count:
                return True  # taken back from within
        try:
            opened = self._socket or self._open(entry)
        except OSError as error:
            self._end_unsent(entry, entry.position, error)
            return True
        if opened is None:
            return self._wait_for("the host name was not found within", self._options.connect_timeout)
        self._socket = opened
        position, failure = self._send(opened, entry)
        return self._refused(opened, entry, position, failure) if failure else self._sent_all(opened, entry)

    @staticmethod
    def _send(opened: socket.socket, entry: DatagramEntry) -> tuple[int, OSError | None]:
        """The hot path: one system call an event, and the loop around it in C.

        Returns where it ended, and the error of the send that failed there.
        """
        indices = entry.run.indices[entry.position :]
        send: Callable[[memoryview], int] = opened.send
        if entry.payloads.failures:
            send = partial(_send_unless_empty, send)
        left = iter(entry.payloads.parts(indices))
        try:
            deque(map(send, left), maxlen=0)
        except OSError as error:
            return entry.position + len(indices) - length_hint(left) - 1, error
        return len(entry.run), None

    def _refused(self, opened: socket.socket, entry: DatagramEntry, position: int, error: OSError) -> bool:
        """The send at `position` failed; decide for it, for the one before and for the rest. False: wait."""
        if error.errno in {errno.EAGAIN, errno.EWOULDBLOCK, errno.EMSGSIZE}:
            if pending := opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._fail_from(entry, position - 1, OSError(pending, os.strerror(pending)))
                return True
            self._settle_sent(entry, position)
            if entry.position == entry.count:
                return True  # taken back from within
            return self._oversize(opened, entry) if error.errno == errno.EMSGSIZE else self._full(opened)
        if self._may_reopen() and not (entry.has_reopened and position == entry.position):
            self._settle_sent(entry, position)
            entry.has_reopened = True
            self._shut()
        else:
            self._fail_from(entry, position - 1, error)
        return True

    def _oversize(self, opened: socket.socket, entry: DatagramEntry) -> bool:
        """The event at hand does not fit; it fails alone."""
        position = entry.position
        entry.position += 1
        size = entry.payloads.size(entry.run.indices[position])
        reason = f"{size} bytes are too long for one datagram; at most {self._limit(opened)} fit"
        entry.run.settle(range(position, position + 1), failed(reason, Fault.EVENT))
        return True

    def _full(self, opened: socket.socket) -> bool:
        """No room for more: wait for some."""
        self._watched = opened
        asyncio.get_running_loop().add_writer(opened, self._resume)
        return self._wait_for("the receiver made no room within", self._options.timeout)

    def _sent_all(self, opened: socket.socket, entry: DatagramEntry) -> bool:
        """Everything left; the socket's pending error tells whether the last one was refused meanwhile."""
        count = len(entry.run)
        if pending := opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._fail_from(entry, count - 1, OSError(pending, os.strerror(pending)))
        else:
            self._end(entry, count, SENT)
        return True

    # Settling

    def _settle_sent(self, entry: DatagramEntry, stop: int) -> None:
        """Everything before `stop` left: settle it and go on from there."""
        start, entry.position = entry.position, stop
        if stop > start:
            entry.has_reopened = False
            if self._absence.connection.down_since is not None:
                self._absence.sent()
                asyncio.get_running_loop().call_soon(self._context.changed)
            settle_open(entry.run, range(start, stop), SENT)

    def _fail_from(self, entry: DatagramEntry, position: int, error: OSError) -> None:
        """The last datagram at or before `position` was refused, and nothing behind it is worth a try."""
        while position > entry.position and entry.run.indices[position] in entry.payloads.failures:
            position -= 1
        self._shut()
        self._end_unsent(entry, max(position, entry.position), error)

    def _end_unsent(self, entry: DatagramEntry, sent: int, error: OSError) -> None:
        """Everything before `sent` left; the rest reached nobody, and will not as long as nobody receives."""
        reason = self._reason(error)
        is_news = self._absence.begin(reason, is_refused=error.errno in _NOBODY)
        self._end(entry, sent, failed(reason, unsent=True))
        if is_news:
            self._context.changed()

    def _end(self, entry: DatagramEntry, sent: int, rest: Outcome) -> None:
        """Take the head off the queue: everything before `sent` left, the others get `rest`."""
        self._outbox.entries.popleft()
        self._settle_sent(entry, sent)
        if sent < len(entry.run):
            settle_open(entry.run, range(sent, len(entry.run)), rest)

    # Waiting

    def _wait_for(self, what: str, limit_ms: int) -> bool:
        """Let the outbox wait for `_resume`, at most `limit_ms`; then all of it fails."""
        self._wait = Wait(asyncio.get_running_loop().time() + limit_ms / 1000, f"{what} {limit_ms} ms")
        return False

    def _next_deadline(self) -> float | None:
        return None if self._wait is None else self._wait.deadline

    def _expire(self, now: float) -> None:  # noqa: ARG002 - there is one thing that is waited for
        if self._wait is not None:
            self._fail_waiting(failed(self._wait.reason))

    def _fail_waiting(self, outcome: Outcome) -> None:
        """What was waited for did not come: everything fails, and what these outcomes start has a try of its own."""
        self._stop_waiting()
        self._outbox.hold_while(partial(self._outbox.fail, outcome))
        self._pump()

    def _resume(self) -> None:
        self._stop_waiting()
        self._pump()

    def _stop_waiting(self) -> None:
        self._unwatch()
        self._wait = None
        self._outbox.disarm()

    def _unwatch(self) -> None:
        if self._watched is not None:
            asyncio.get_running_loop().remove_writer(self._watched)
            self._watched = None


def _send_unless_empty(send: Callable[[memoryview], int], payload: memoryview) -> int:
    """An event that could not be encoded has no payload; it is settled already and sends nothing."""
    return send(payload) if payload else 0
