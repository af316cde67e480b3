"""Receivers in a process of their own, which read everything and count it: `python -m benchmarks.receivers KIND,... N`.

They print their ports, and a report for each line that they are told: what has come on each port, when the last of it
came (monotonic nanoseconds, the same clock in every process), and the processor time that reading took. They end with
their standard input.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import resource
import selectors
import socket
import struct
import sys
import time
from abc import ABC, abstractmethod

SO_RCVBUFFORCE = 33
BUFFER = 1 << 30
"""Receive buffers hold all that a row sends, where the kernel allows it, so that datagrams are not lost in bursts."""

VECTOR = 512

NAP_S = 0.0005
"""A reader of datagrams rests so long when it has read everything. It would else be woken for each single one, which
the sender's processor pays for, and more or less often by chance."""


class Port(ABC):
    """One listening port, and what came on it."""

    def __init__(self) -> None:
        self.messages = 0
        self.bytes = 0
        self.first_ns = 0
        self.last_ns = 0
        self.socket = self.listen()
        self.number: int = self.socket.getsockname()[1]

    @abstractmethod
    def listen(self) -> socket.socket:
        """The socket to listen with."""

    @abstractmethod
    def ready(self, selector: selectors.BaseSelector) -> None:
        """Something came on the listening socket."""

    def took(self, messages: int, size: int) -> None:
        """Count what was read."""
        self.messages += messages
        self.bytes += size
        self.last_ns = time.monotonic_ns()
        self.first_ns = self.first_ns or self.last_ns


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("padding", ctypes.c_int),
        ("received", ctypes.c_uint),
        ("end", ctypes.c_uint),
    )


class Datagrams(Port):
    """A UDP socket, read with one system call for many datagrams (recvmmsg), for the receiver not to be the limit."""

    def __init__(self) -> None:
        super().__init__()
        self._receive = ctypes.CDLL(None, use_errno=True).recvmmsg
        self._memory = ctypes.create_string_buffer(VECTOR * 2048)
        self._vectors = (_Vector * VECTOR)()
        self._block = bytearray(ctypes.sizeof(_Message) * VECTOR)
        self._messages = (_Message * VECTOR).from_buffer(self._block)
        for place in range(VECTOR):
            self._vectors[place].base = ctypes.addressof(self._memory) + place * 2048
            self._vectors[place].length = 2048
            self._messages[place].vectors = ctypes.addressof(self._vectors[place])
            self._messages[place].vector_count = 1
        self._words = memoryview(self._block).cast("I")

    def listen(self) -> socket.socket:
        """A bound UDP socket; on 0.0.0.0, so that every loopback address leads to it."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        except PermissionError:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        bound.bind(("0.0.0.0", 0))  # noqa: S104 - loopback addresses alone are told to anybody
        bound.setblocking(False)
        return bound

    def ready(self, selector: selectors.BaseSelector) -> None:  # noqa: ARG002
        """Read what is there, at most a vector, so that other ports have their turn."""
        count: int = self._receive(self.socket.fileno(), self._messages, VECTOR, socket.MSG_DONTWAIT, None)
        if count < VECTOR:
            time.sleep(NAP_S)
        if count > 0:
            words = ctypes.sizeof(_Message) // 4
            at = _Message.received.offset // 4
            self.took(count, sum(self._words[at : words * count : words]))


class Stream(Port):
    """A TCP port whose connections are read and, by default, not answered."""

    def listen(self) -> socket.socket:
        """A listening TCP socket."""
        bound = socket.create_server(("0.0.0.0", 0), backlog=1024)  # noqa: S104 - as above
        bound.setblocking(False)
        return bound

    def ready(self, selector: selectors.BaseSelector) -> None:
        """Take a connection."""
        try:
            connected, _ = self.socket.accept()
        except BlockingIOError:
            return
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connected, selectors.EVENT_READ, self.connection(connected))

    def connection(self, connected: socket.socket) -> Connection:
        """What reads a connection."""
        return Connection(self, connected)


class Connection:
    """A connection that is read and counted in bytes."""

    def __init__(self, port: Port, connected: socket.socket) -> None:
        self.port = port
        self.socket = connected
        self._memory = bytearray(1 << 20)
        self._view = memoryview(self._memory)

    def ready(self, selector: selectors.BaseSelector) -> None:
        """Read what is there."""
        try:
            count = self.socket.recv_into(self._memory)
        except ConnectionResetError:
            count = 0
        if not count:
            selector.unregister(self.socket)
            self.socket.close()
            return
        self.heard(self._view[:count])
        if self.socket.fileno() < 0:
            selector.unregister(self.socket)

    def heard(self, data: memoryview) -> None:
        """Bytes came. A short rest lets more of them come, for the reason that `NAP_S` gives."""
        self.port.took(0, len(data))
        if len(data) < len(self._memory) // 2:
            time.sleep(NAP_S)

    def reply(self, answers: bytes) -> None:
        """Send answers."""
        self.socket.setblocking(True)
        self.socket.sendall(answers)


class AnsweringConnection(Connection):
    """Answers each JSON-RPC request, and counts requests."""

    _id = re.compile(rb'"id":(\d+)')

    def __init__(self, port: Port, connected: socket.socket) -> None:
        super().__init__(port, connected)
        self._rest = b""

    def heard(self, data: memoryview) -> None:
        """Answer whatever requests are complete; a request ends with the end of its params."""
        text = self._rest + data
        end = text.rfind(b"}}") + 2
        if end < 2:
            self._rest = text
            return
        self._rest = text[end:]
        ids = self._id.findall(text, 0, end)
        answers = b'{"jsonrpc":"2.0","result":"OK","id":' + b'}{"jsonrpc":"2.0","result":"OK","id":'.join(ids) + b"}"
        self.port.took(len(ids), len(data))
        self.reply(answers)


class HttpConnection(Connection):
    """Answers each XML-RPC call, one after the other, with the same words."""

    _body = b'<?xml version="1.0"?><methodResponse><params><param><value>OK</value></param></params></methodResponse>'
    _answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%b" % (len(_body), _body)

    def __init__(self, port: Port, connected: socket.socket) -> None:
        super().__init__(port, connected)
        self._rest = b""

    def heard(self, data: memoryview) -> None:
        """Answer each call that is complete."""
        text = self._rest + data
        calls = text.count(b"</methodCall>")
        self._rest = text[text.rfind(b"</methodCall>") + 13 :] if calls else text
        if calls:
            self.port.took(calls, len(data))
            self.reply(self._answer * calls)


class AnsweringStream(Stream):
    """A TCP port that answers JSON-RPC requests."""

    def connection(self, connected: socket.socket) -> Connection:
        """What answers."""
        return AnsweringConnection(self, connected)


class ResettingConnection(AnsweringConnection):
    """Answers, until the port has answered its share; then resets the connection once, and answers again."""

    SHARE = 200

    def heard(self, data: memoryview) -> None:
        """Answer or reset."""
        port = self.port
        assert isinstance(port, ResettingStream)
        if port.reset_ns or port.messages < self.SHARE:
            super().heard(data)
            if port.reset_ns:
                port.back_ns = port.back_ns or time.monotonic_ns()
            return
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
        port.reset_ns = time.monotonic_ns()


class ResettingStream(Stream):
    """A TCP port that resets one connection, and notes when, and when it was called again."""

    def __init__(self) -> None:
        super().__init__()
        self.reset_ns = 0
        self.back_ns = 0

    def connection(self, connected: socket.socket) -> Connection:
        """What answers and resets."""
        return ResettingConnection(self, connected)


class HttpStream(Stream):
    """A TCP port that answers XML-RPC calls."""

    def connection(self, connected: socket.socket) -> Connection:
        """What answers."""
        return HttpConnection(self, connected)


class TimedConnection(Connection):
    """Notes how long each event took from being raised, which it carries as `at` (monotonic nanoseconds)."""

    _at = re.compile(rb'"at":"(\d+)"')

    def heard(self, data: memoryview) -> None:
        """Note the ages of the events."""
        now = time.monotonic_ns()
        stamps = self._at.findall(data)
        self.port.took(len(stamps), len(data))
        assert isinstance(self.port, TimedStream)
        self.port.ages_ns.extend([now - int(stamp) for stamp in stamps])


class TimedStream(Stream):
    """A TCP port that measures latency."""

    def __init__(self) -> None:
        super().__init__()
        self.ages_ns: list[int] = []

    def connection(self, connected: socket.socket) -> Connection:
        """What measures."""
        return TimedConnection(self, connected)


class SlowConnection(Connection):
    """Reads a little, twenty times a second."""

    def __init__(self, port: Port, connected: socket.socket) -> None:
        super().__init__(port, connected)
        self._memory = bytearray(1 << 16)
        self._view = memoryview(self._memory)

    def heard(self, data: memoryview) -> None:
        """Count, and rest."""
        super().heard(data)
        time.sleep(0.05)


class SlowStream(Stream):
    """A TCP port with a small buffer that is read slowly."""

    def listen(self) -> socket.socket:
        """A listening socket whose connections have a small buffer."""
        bound = super().listen()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        return bound

    def connection(self, connected: socket.socket) -> Connection:
        """What is slow."""
        return SlowConnection(self, connected)


class HangingStream(Stream):
    """A TCP port that takes connections and never reads."""

    def ready(self, selector: selectors.BaseSelector) -> None:  # noqa: ARG002
        """Leave the connection to the kernel."""
        self.held = self.socket.accept()


KINDS: dict[str, type[Port]] = {
    "udp": Datagrams,
    "tcp": Stream,
    "answering": AnsweringStream,
    "xmlrpc": HttpStream,
    "timed": TimedStream,
    "resetting": ResettingStream,
    "slow": SlowStream,
    "hanging": HangingStream,
}


def report(ports: list[Port]) -> dict[str, object]:
    """What has come so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "messages": [port.messages for port in ports],
        "bytes": [port.bytes for port in ports],
        "last_ns": max(port.last_ns for port in ports),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "first_ns": [port.first_ns for port in ports],
        "reset_ns": [port.reset_ns for port in ports if isinstance(port, ResettingStream)],
        "back_ns": [port.back_ns for port in ports if isinstance(port, ResettingStream)],
        "ages_us": [[age // 1000 for age in port.ages_ns] for port in ports if isinstance(port, TimedStream)],
    }


def serve(ports: list[Port]) -> None:
    """Read until standard input ends."""
    selector = selectors.DefaultSelector()
    for port in ports:
        selector.register(port.socket, selectors.EVENT_READ, port)
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
    print(json.dumps({"ports": [port.number for port in ports]}), flush=True)
    while True:
        for key, _ in selector.select():
            if key.data is not None:
                key.data.ready(selector)
            elif os.read(key.fd, 4096):
                print(json.dumps(report(ports)), flush=True)
            else:
                return


if __name__ == "__main__":
    serve([KINDS[kind]() for kind in sys.argv[1].split(",") for _ in range(int(sys.argv[2]))])
