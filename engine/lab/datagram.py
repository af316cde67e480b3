"""Receivers for `udp:` and `unix:`. Nobody answers a datagram, so they can only be gone or stop reading."""

from __future__ import annotations

import asyncio
import errno
import socket
import stat
from abc import abstractmethod
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from engine.address import UdpAddress, UnixAddress
from engine.lab.receiver import Receiver, Trouble

_LARGEST = 256 * 1024
"""Bytes; more than any datagram that our sockets carry by default."""

_PER_WAKE = 256
"""Datagrams that are read before others get their turn."""

_BUFFER = 1024 * 1024
"""Bytes that the kernel is asked to keep, so that a busy moment loses nothing."""


class DatagramReceiver(Receiver):
    """What udp and unix have in common."""

    troubles: ClassVar[frozenset[Trouble]] = frozenset({Trouble.NONE, Trouble.REFUSE, Trouble.HANG})

    _socket: socket.socket | None = None

    @property
    def is_running(self) -> bool:
        return self._socket is not None

    async def _open(self) -> None:
        opened = self._socket = await self._bound()
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._apply_trouble()

    async def _shut(self) -> None:
        opened, self._socket = self._socket, None
        if opened is not None:
            asyncio.get_running_loop().remove_reader(opened)
            opened.close()

    def _apply_trouble(self) -> None:
        if self._socket is None:
            return
        loop = asyncio.get_running_loop()
        if self.trouble is Trouble.HANG:
            loop.remove_reader(self._socket)
        else:
            loop.add_reader(self._socket, self._read, self._socket)

    def _read(self, opened: socket.socket) -> None:
        with suppress(BlockingIOError):
            for _ in range(_PER_WAKE):
                self._take(opened.recv(_LARGEST))

    @abstractmethod
    async def _bound(self) -> socket.socket:
        """A socket bound to the address."""


class UdpReceiver(DatagramReceiver):
    """Receives datagrams on a UDP port."""

    def __init__(self, name: str, address: UdpAddress) -> None:
        super().__init__(name, address)
        self.address: UdpAddress = address

    async def _bound(self) -> socket.socket:
        where = self.address
        found = await asyncio.get_running_loop().getaddrinfo(where.host, where.port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, place = found[0]
        opened = socket.socket(family, kind, protocol)
        try:
            opened.bind(place)
        except OSError:
            opened.close()
            raise
        self.address = replace(where, port=opened.getsockname()[1])
        return opened


class UnixReceiver(DatagramReceiver):
    """Receives datagrams at a path. What a receiver that died left at the path is removed."""

    def __init__(self, name: str, address: UnixAddress) -> None:
        super().__init__(name, address)
        self.address: UnixAddress = address

    async def _bound(self) -> socket.socket:
        path = Path(self.address.path)
        _remove_left_over(path)
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            opened.bind(str(path))
        except OSError:
            opened.close()
            raise
        return opened

    async def _shut(self) -> None:
        if self.is_running:
            Path(self.address.path).unlink(missing_ok=True)  # noqa: ASYNC240 - one system call on a local path
        await super()._shut()


def _remove_left_over(path: Path) -> None:
    """Remove a socket at `path` that nobody reads any more.

    Raises:
        OSError: somebody reads it.
    """
    if not path.exists() or not stat.S_ISSOCK(path.stat().st_mode):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        else:
            raise OSError(errno.EADDRINUSE, "address already in use")
