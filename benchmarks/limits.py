"""The limits: the best bare loops for the same work. They keep no books, know no failures, and stop for nothing."""

from __future__ import annotations

import os
import re
import selectors
import socket
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from benchmarks.events import lines, parts, payloads
from benchmarks.sides import Peers


def connected(kind: int, port: int) -> socket.socket:
    """A socket that is connected to a port of this machine."""
    opened = socket.socket(socket.AF_INET, kind)
    opened.connect(("127.0.0.1", port))
    if kind == socket.SOCK_STREAM:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


class DatagramLimit:
    """Encodes once and sends into connected sockets; the loop around `send` runs in C."""

    def __init__(self, policy: str) -> None:
        self._policy = policy
        self._sockets: list[socket.socket] = []

    async def open(self, peers: Peers) -> None:
        """Connect."""
        self._sockets = [connected(socket.SOCK_DGRAM, port) for port in peers.ports]
        for opened in self._sockets:
            opened.setblocking(False)

    async def send(self, first: int, count: int) -> None:
        """Send all events to all (PARALLEL), to the first (FAILOVER) or to each in turn (ROUND-ROBIN)."""
        chosen = self._sockets[:1] if self._policy == "FAILOVER" else self._sockets
        lap = len(chosen) if self._policy == "ROUND-ROBIN" else 1
        for start, size in parts(first, count):
            encoded = payloads(start, size)
            for member, opened in enumerate(chosen):
                deque(map(opened.send, encoded[member::lap] if lap > 1 else encoded), maxlen=0)

    async def close(self) -> None:
        """Close the sockets."""
        for opened in self._sockets:
            opened.close()


class StreamLimit(DatagramLimit):
    """Encodes once, joins, and writes the whole with one call for each member."""

    async def open(self, peers: Peers) -> None:
        """Connect."""
        self._sockets = [connected(socket.SOCK_STREAM, port) for port in peers.ports]

    async def send(self, first: int, count: int) -> None:
        """Write all events to all, to the first or to each in turn."""
        chosen = self._sockets[:1] if self._policy == "FAILOVER" else self._sockets
        lap = len(chosen) if self._policy == "ROUND-ROBIN" else 1
        for start, size in parts(first, count):
            encoded = payloads(start, size)
            joined = b"".join(encoded) if lap == 1 else b""
            for member, opened in enumerate(chosen):
                opened.sendall(joined or b"".join(encoded[member::lap]))


class PipelineLimit:
    """A bare client that writes requests with ids and reads the answers, a window of them under way."""

    WINDOW = 1024
    _id = re.compile(rb'"id":(\d+)')

    async def open(self, peers: Peers) -> None:
        """Connect."""
        self._socket = connected(socket.SOCK_STREAM, peers.ports[0])
        self._next_id = 1

    async def send(self, first: int, count: int) -> None:
        """Write in runs, and read whenever the window is full."""
        under_way = 0
        for start, size in parts(first, count):
            requests = [
                b'{"id":%d,%b' % (number, payload[1:]) for number, payload in enumerate(payloads(start, size), start)
            ]
            self._socket.sendall(b"".join(requests))
            under_way += size
            while under_way > self.WINDOW - 512:
                under_way -= self._read()
        while under_way:
            under_way -= self._read()

    def _read(self) -> int:
        """How many answers came; an answer that is cut in two is completed first."""
        data = self._socket.recv(1 << 18)
        while not data.endswith(b"}"):
            data += self._socket.recv(1 << 18)
        return len({int(number) for number in self._id.findall(data)})

    async def close(self) -> None:
        """Disconnect."""
        self._socket.close()


class FileLimit:
    """Joins lines and appends them with one call for each run."""

    async def open(self, peers: Peers) -> None:
        """Open the file."""
        self._file = os.open(peers.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    async def send(self, first: int, count: int) -> None:
        """Append."""
        for start, size in parts(first, count):
            text = lines(start, size)
            assert os.write(self._file, text) == len(text)

    async def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class CallLimit:
    """A bare keep-alive HTTP client: one call under way on each of `connections`, every answer read."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._selector = selectors.DefaultSelector()

    async def open(self, peers: Peers) -> None:
        """Connect."""
        for _ in range(self._connections):
            self._selector.register(connected(socket.SOCK_STREAM, peers.ports[0]), selectors.EVENT_READ)
        self._head = (
            f"POST /RPC2 HTTP/1.1\r\nHost: 127.0.0.1:{peers.ports[0]}\r\nUser-Agent: limit\r\n"
            "Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n"
        ).encode()

    async def send(self, first: int, count: int) -> None:
        """Give each connection the next call as soon as its answer is there."""
        waiting = [self._request(number) for number in range(first, first + count)][::-1]
        under_way = 0
        for key in self._selector.get_map().values():
            if waiting:
                self._sent(key.fileobj, waiting.pop())
                under_way += 1
        while under_way:
            for key, _ in self._selector.select():
                assert isinstance(key.fileobj, socket.socket)
                answer = key.fileobj.recv(65536)
                assert answer.startswith(b"HTTP/1.1 200 ")
                assert answer.endswith(b"</methodResponse>")
                under_way -= 1
                if waiting:
                    key.fileobj.send(waiting.pop())
                    under_way += 1

    @staticmethod
    def _sent(opened: object, request: bytes) -> None:
        assert isinstance(opened, socket.socket)
        opened.send(request)

    def _request(self, number: int) -> bytes:
        body = (
            '<?xml version="1.0"?><methodCall><methodName>bench</methodName><params>'
            "<param><value><string>E_BENCH_CALL</string></value></param>"
            f"<param><value><int>{1_000_000_000 + number}</int></value></param>"
            "<param><value><string>alice</string></value></param>"
            "<param><value><string>192.0.2.17</string></value></param>"
            "<param><value><string>200 OK</string></value></param></params></methodCall>"
        ).encode()
        return self._head % len(body) + body

    async def close(self) -> None:
        """Disconnect."""
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()


def sockets_of(kind: str, ports: Sequence[int], path: str) -> tuple[str, ...]:
    """The socket texts of receivers."""
    if kind == "file":
        return (f"flatstore:{path}",)
    if kind == "xmlrpc":
        return tuple(f"xmlrpc:127.0.0.1:{port}:bench" for port in ports)
    scheme = "udp" if kind == "udp" else "tcp"
    return tuple(f"{scheme}:127.0.0.1:{port}" for port in ports)


def lines_in(path: str) -> int:
    """Lines of a file."""
    with Path(path).open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
