"""A receiver that fails on demand: `python -m benchmarks.faults.receiver KIND ADDRESS RECORD`.

It writes down every event that comes (see `benchmarks.faults.records`) and does not listen until it is told to. It
answers each line on standard input with one: `up` (with its port), `down` (resets what is connected), `late SECONDS`
(answers come so late from now on), `reset on` or `off` (resets each connection that says something). It ends with its
standard input. The kinds are `tcp`, which does not answer, `tcp-sync` and `xmlrpc`, and the datagrams of `udp` and
`unix`. The address is HOST:PORT or a path.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import struct
import sys
import time
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.records import LISTENING, Record, numbers_in
from benchmarks.receivers import AnsweringConnection, Connection, HttpConnection, Port, Stream

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with which a close sends a reset."""


@dataclass
class Ways:
    """What the receiver does with what comes."""

    record: Record
    late_s: float = 0.0
    is_resetting: bool = False
    answers: deque[tuple[float, socket.socket, bytes]] = field(default_factory=deque)
    """Answers that are not due yet: when they are, to whom, what."""

    def answer(self, connected: socket.socket, answer: bytes) -> None:
        """Answer now or later, never before an earlier answer."""
        self.answers.append((time.monotonic() + self.late_s, connected, answer))
        self.flush()

    def flush(self) -> float | None:
        """Send what is due; seconds until the next is, None when there is none."""
        while self.answers:
            due, connected, answer = self.answers[0]
            if (left := due - time.monotonic()) > 0:
                return left
            self.answers.popleft()
            if connected.fileno() >= 0:
                with contextlib.suppress(ConnectionError):  # whoever left does not wait for it
                    connected.sendall(answer)
        return None


class Recording(Connection):
    """Writes down the events that come, before anything is answered; resets instead when it is told to."""

    def __init__(self, port: Port, connected: socket.socket) -> None:
        super().__init__(port, connected)
        assert isinstance(port, FaultyStream)
        self.ways = port.ways
        self._cut = b""

    def heard(self, data: memoryview) -> None:
        """Bytes came."""
        if self.ways.is_resetting:
            self.reset()
            return
        numbers, self._cut = numbers_in(self._cut + data)
        if numbers:
            self.ways.record.note(numbers)
        super().heard(data)

    def reply(self, answers: bytes) -> None:
        """Answer when it is time."""
        self.ways.answer(self.socket, answers)

    def reset(self) -> None:
        """Close so that the peer gets a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()


class RecordingAnswers(Recording, AnsweringConnection):
    """Answers JSON-RPC requests."""


class RecordingCalls(Recording, HttpConnection):
    """Answers XML-RPC calls."""


CONNECTIONS: dict[str, type[Recording]] = {"tcp": Recording, "tcp-sync": RecordingAnswers, "xmlrpc": RecordingCalls}


class Faulty(ABC):
    """What can listen, and stop listening."""

    @abstractmethod
    def listen_on(self, selector: selectors.BaseSelector) -> int:
        """Listen; the port, or 0."""

    @abstractmethod
    def go_down(self, selector: selectors.BaseSelector) -> None:
        """Stop listening and break what is connected."""


class FaultyStream(Stream):
    """A TCP port whose connections record."""

    def __init__(self, kind: str, address: tuple[str, int], ways: Ways) -> None:
        self._kind = kind
        self._address = address
        self.ways = ways
        self.taken: list[Recording] = []
        super().__init__()

    def listen(self) -> socket.socket:
        """A listening TCP socket."""
        bound = socket.create_server(self._address, backlog=1024)
        bound.setblocking(False)
        return bound

    def connection(self, connected: socket.socket) -> Connection:
        """What reads."""
        made = CONNECTIONS[self._kind](self, connected)
        self.taken = [one for one in self.taken if one.socket.fileno() >= 0] + [made]
        return made


class StreamReceiver(Faulty):
    """A TCP receiver; it comes back on the port that it had."""

    def __init__(self, kind: str, address: str, ways: Ways) -> None:
        host, _, port = address.rpartition(":")
        self._kind = kind
        self._host, self._port = host, int(port)
        self._ways = ways
        self._stream: FaultyStream | None = None

    def listen_on(self, selector: selectors.BaseSelector) -> int:
        """Listen; the port."""
        self._stream = FaultyStream(self._kind, (self._host, self._port), self._ways)
        self._port = self._stream.number
        selector.register(self._stream.socket, selectors.EVENT_READ, self._stream)
        return self._port

    def go_down(self, selector: selectors.BaseSelector) -> None:
        """Stop listening and reset every connection."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        selector.unregister(stream.socket)
        stream.socket.close()
        for one in stream.taken:
            if one.socket.fileno() >= 0:
                selector.unregister(one.socket)
                one.reset()


class DatagramReceiver(Faulty):
    """A receiver of datagrams, over UDP or at a path."""

    def __init__(self, kind: str, address: str, ways: Ways) -> None:
        self._kind = kind
        self._address = address
        self._ways = ways
        self._socket: socket.socket | None = None

    def listen_on(self, selector: selectors.BaseSelector) -> int:
        """Bind; the port, 0 for a path."""
        if self._kind == "unix":
            Path(self._address).unlink(missing_ok=True)
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.bind(self._address)
            port = 0
        else:
            host, _, number = self._address.rpartition(":")
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((host, int(number)))
            port = self._socket.getsockname()[1]
            self._address = f"{host}:{port}"
        selector.register(self._socket, selectors.EVENT_READ, self)
        return port

    def ready(self, _selector: selectors.BaseSelector) -> None:
        """Read one datagram."""
        assert self._socket is not None
        numbers, _ = numbers_in(self._socket.recv(65536))
        self._ways.record.note(numbers)

    def go_down(self, selector: selectors.BaseSelector) -> None:
        """Close."""
        if self._socket is not None:
            selector.unregister(self._socket)
            self._socket.close()
            self._socket = None


class Teller:
    """Does what standard input says."""

    def __init__(self, faulty: Faulty, ways: Ways) -> None:
        self._faulty = faulty
        self._ways = ways

    def do(self, line: str, selector: selectors.BaseSelector) -> str:
        """Carry out one line; the answer."""
        word, _, value = line.partition(" ")
        if word == "up":
            port = self._faulty.listen_on(selector)
            self._ways.record.note([LISTENING])
            return str(port)
        if word == "down":
            self._faulty.go_down(selector)
        elif word == "late":
            self._ways.late_s = float(value)
        elif word == "reset":
            self._ways.is_resetting = value == "on"
        else:
            raise ValueError(f"unknown: {line}")
        return "done"


def serve(kind: str, address: str, record: Path) -> None:
    """Until standard input ends."""
    ways = Ways(Record(record))
    faulty = (DatagramReceiver if kind in ("udp", "unix") else StreamReceiver)(kind, address, ways)
    teller = Teller(faulty, ways)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
    while True:
        for key, _ in selector.select(ways.flush()):
            if key.data is not None:
                if selector.get_map().get(key.fd) == key:  # an answer to standard input may have closed it
                    key.data.ready(selector)
                continue
            told = os.read(key.fd, 4096)
            if not told:
                return
            for line in told.decode().splitlines():
                print(teller.do(line, selector), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    serve(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
