"""`unix:` members: datagrams to a socket in the file system (docs/event-interface.md, 2.3)."""

from __future__ import annotations

import errno
import socket

from engine.address import UnixAddress
from engine.transports.base import TransportContext
from engine.transports.datagram.transport import DatagramEntry, DatagramOptions, DatagramTransport
from engine.transports.reasons import reason_of
from engine.transports.resolver import Endpoint
from engine.transports.sockets import connected_datagram


class UnixTransport(DatagramTransport):
    """`unix:path`. The kernel tells at once whether the datagram stands in the receiver's queue."""

    _knocks_for_sure = True

    def __init__(self, address: UnixAddress, options: DatagramOptions, context: TransportContext) -> None:
        super().__init__(options, context, context.peers.named(f"unix {address.path}", is_local=True))
        self._path = address.path

    @classmethod
    def failure_blindness(cls, address: UnixAddress, options: DatagramOptions) -> str | None:  # noqa: ARG003
        """None: a receiver that is gone, or does not read, is noticed."""
        return None

    def _open(self, entry: DatagramEntry) -> socket.socket:  # noqa: ARG002 - there is nothing to wait for
        return self._open_now()

    def _knock(self) -> str | None:
        try:
            self._open_now().close()
        except OSError as error:
            return self._reason(error)
        return None

    def _open_now(self) -> socket.socket:
        return connected_datagram(Endpoint(socket.AF_UNIX, self._path))

    def _may_reopen(self) -> bool:
        """A receiver that was restarted has a new socket at the old path."""
        return True

    def _reason(self, error: OSError) -> str:
        if error.errno == errno.ENOENT:
            return f"no socket at {self._path}"
        if error.errno == errno.ECONNREFUSED:
            return f"nobody receives at {self._path}"
        if error.errno == errno.EPROTOTYPE:
            return f"not a datagram socket: {self._path}"
        return f"{reason_of(error)}: {self._path}"

    def _limit(self, opened: socket.socket) -> int:
        # Linux keeps 32 bytes of the buffer for itself (unix_dgram_sendmsg).
        return opened.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) - 32

    @property
    def payload_max(self) -> int | None:
        """What fits into the buffer that a socket gets here; None when there is none to be had now."""
        if self._socket is not None:
            return self._limit(self._socket)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as usual:
                return self._limit(usual)
        except OSError:
            return None  # out of descriptors: nothing is known, and a preview is not to fail for it
