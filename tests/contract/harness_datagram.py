"""udp and unix: receivers of datagrams on this machine."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
from pathlib import Path
from typing import ClassVar

from engine.address import UdpAddress, UnixAddress
from engine.event import Event
from engine.transports.base import Transport, TransportContext
from engine.transports.datagram.transport import DatagramOptions
from engine.transports.datagram.udp import UdpTransport
from engine.transports.datagram.unix import UnixTransport
from tests.contract.harness import Harness, numbered


class _DatagramHarness(Harness):
    """A bound socket that the event loop reads."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._socket: socket.socket | None = None
        self._received: list[int] = []

    def bound(self) -> socket.socket:
        """A new socket at the peer's address."""
        raise NotImplementedError

    async def start(self) -> None:
        await self.stop()
        self._socket = self.bound()
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    async def stop(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    async def hang(self) -> None:
        assert self._socket is not None
        asyncio.get_running_loop().remove_reader(self._socket)

    async def resume(self) -> None:
        assert self._socket is not None
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def received(self) -> list[int]:
        return self._received

    def _read(self) -> None:
        assert self._socket is not None
        try:
            while True:
                self._received.append(json.loads(self._socket.recv(1 << 20))["params"]["n"])
        except OSError as error:
            assert error.errno == errno.EAGAIN  # noqa: PT017 - it is how a loop of reads ends


class UdpHarness(_DatagramHarness):
    """A UDP port of this machine."""

    name: ClassVar[str] = "udp"
    is_lossy: ClassVar[bool] = True
    window: ClassVar[int] = 60
    no_hang: ClassVar[str | None] = "nothing tells a sender that a udp receiver does not read"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._port = 0

    def bound(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", self._port))
        self._port = made.getsockname()[1]
        return made

    def transport(self, context: TransportContext, *, timeout_ms: int) -> Transport:
        return UdpTransport(UdpAddress("127.0.0.1", self._port), DatagramOptions(timeout=timeout_ms), context)

    def refused_event(self, number: int) -> Event | None:
        return numbered([number], padding=70_000)[0]


class UnixHarness(_DatagramHarness):
    """A datagram socket in the file system."""

    name: ClassVar[str] = "unix"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._path = directory / "peer.sock"

    def bound(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        made.bind(str(self._path))
        return made

    async def stop(self) -> None:
        await super().stop()
        self._path.unlink(missing_ok=True)

    def transport(self, context: TransportContext, *, timeout_ms: int) -> Transport:
        return UnixTransport(UnixAddress(str(self._path)), DatagramOptions(timeout=timeout_ms), context)

    def refused_event(self, number: int) -> Event | None:
        return numbered([number], padding=1 << 20)[0]


HARNESSES = (UdpHarness, UnixHarness)
