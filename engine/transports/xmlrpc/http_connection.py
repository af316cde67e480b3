"""One HTTP connection to a server, over a socket that its owner connected.

Our own, and on the bare socket, because a general client costs several times as much processor time for each call.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Protocol

from engine.transports.reasons import reason_of
from engine.transports.sockets import ack_now
from engine.transports.xmlrpc.http_answer import Answer, BrokenError
from engine.transports.xmlrpc.http_reader import HttpReader, whole_answer

READ_SIZE = 64 * 1024
"""Bytes taken from the connection at a time."""

UNASKED = "the server sent something that nobody asked for"


class Caller(Protocol):
    """Who makes requests over a connection. It is told how each of them ended: by `heard`, or else by `broke`."""

    def written(self) -> None:
        """The kernel has all of the request. May be called from within `send`."""

    def heard(self, answer: Answer) -> None:
        """The answer. The connection may be closed by now."""

    def broke(self, reason: str, *, has_given_up: bool) -> None:
        """The connection ended, and whatever was under way has no answer. `has_given_up`: the peer did not end it."""


class HttpConnection:
    """A connection with at most one request under way."""

    __slots__ = ("_caller", "_is_calling", "_loop", "_reader", "_socket", "_unsent", "_write_error", "is_closed")

    def __init__(self, connected: socket.socket, caller: Caller) -> None:
        self.is_closed = False
        self._loop = asyncio.get_running_loop()
        self._socket = connected
        self._caller = caller
        self._is_calling = False
        self._reader: HttpReader | None = None
        """What has come of the answer, where it comes in pieces."""
        self._unsent: memoryview | bytes = b""
        self._write_error: str | None = None
        self._loop.add_reader(connected, self._readable)

    def send(self, request: bytes) -> None:
        """Send a request, after the one before was answered. Failures are told later, never from within."""
        self._is_calling = True
        self._write(request)

    def close(self) -> None:
        """End it at once; the caller is not told."""
        if not self.is_closed:
            self.is_closed = True
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()

    def _write(self, data: memoryview | bytes) -> None:
        try:
            count = self._socket.send(data)
        except BlockingIOError:
            count = 0
        except OSError as error:
            # What the server said before it closed the connection still counts: that is read first.
            self._write_error = reason_of(error)
            self._loop.call_soon(self._readable)
            return
        if count == len(data):
            self._caller.written()
        else:
            self._unsent = memoryview(data)[count:]
            self._loop.add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        self._loop.remove_writer(self._socket)
        data, self._unsent = self._unsent, b""
        self._write(data)

    def _readable(self) -> None:
        if self.is_closed:
            return
        try:
            data = self._socket.recv(READ_SIZE)
        except BlockingIOError:
            if self._write_error is not None:
                self._break(self._write_error)
            return
        except OSError as error:
            self._break(reason_of(error))
            return
        try:
            ended = self._take(data) if data else self._end()
        except BrokenError as error:
            self._break(str(error), has_given_up=bool(data))
            return
        if ended is not None:
            self._complete(*ended)

    def _take(self, data: bytes) -> tuple[Answer, bool] | None:
        """A piece of the answer: all of it, and whether the connection may be used again, when it is complete."""
        if not self._is_calling:
            raise BrokenError(UNASKED)
        if self._reader is None:
            whole = whole_answer(data)
            if whole is not None:
                return whole
            self._reader = HttpReader()
        answer = self._reader.feed(data)
        if answer is None:
            ack_now(self._socket)
            return None
        return answer, self._reader.is_kept

    def _end(self) -> tuple[Answer, bool]:
        """The peer sends no more, which ends some answers and breaks others."""
        return (self._reader or HttpReader()).end(), False

    def _complete(self, answer: Answer, is_kept: bool) -> None:
        self._is_calling = False
        self._reader = None
        if self._unsent or not is_kept:
            self.close()
        self._caller.heard(answer)

    def _break(self, reason: str, *, has_given_up: bool = False) -> None:
        self.close()
        self._caller.broke(reason, has_given_up=has_given_up)
