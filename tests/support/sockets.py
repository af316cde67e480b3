"""Real receivers on free loopback ports, for tests of the whole engine."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator

from engine.event import Event


class UdpReceiver:
    """A bound UDP socket that is read on demand; closing it makes its port refuse."""

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self._socket.bind(("127.0.0.1", port))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.received: list[bytes] = []

    @property
    def address(self) -> str:
        """Its socket text."""
        return f"udp:127.0.0.1:{self.port}"

    def read(self) -> list[bytes]:
        """Everything that has come so far."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.received.append(self._socket.recv(65536))
        return self.received

    def numbers(self) -> list[int]:
        """The `n` parameters of what has come so far."""
        return [json.loads(payload)["params"]["n"] for payload in self.read()]

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@contextlib.contextmanager
def udp_receivers(count: int) -> Iterator[list[UdpReceiver]]:
    """`count` receivers that are closed in the end."""
    receivers = [UdpReceiver() for _ in range(count)]
    try:
        yield receivers
    finally:
        for receiver in receivers:
            receiver.close()


def numbered(count: int, first: int = 1, name: str = "E_TEST") -> list[Event]:
    """Events with a counting parameter `n`."""
    return [Event(name, (("n", number),)) for number in range(first, first + count)]
