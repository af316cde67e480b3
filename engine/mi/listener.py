"""Listening for MI's connections. asyncio's own listener cannot be used: out of descriptors, it logs a traceback for
each place of its backlog, once a second (seen in Python 3.11), and it knows no reserve.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

from engine.mi.connections import Client
from engine.mi.descriptors import Descriptors
from engine.tasks import Tasks
from engine.transports.reasons import reason_of

_log = logging.getLogger(__name__)

BACKLOG = 128
"""Connections that the system keeps for us until we take them."""

AT_ONCE = 16
"""Connections taken before anything else has its turn."""

KEPT = 8
"""Connections that MI may have even when descriptors are scarce: without them nobody could ask what is wrong."""

PAUSE_MIN_S, PAUSE_MAX_S = 0.1, 5.0
"""After an error nothing is taken for so long; each time twice as long."""

TELL_MIN_S, TELL_MAX_S = 10.0, 3600.0
"""An error that goes on is told again after so long; each time twice as long."""


class Listener:
    """Takes connections on some sockets, and pauses while they cannot be taken.

    `admit` gives the protocol for a connection from an address, None where it is to be closed. `make_room` closes a
    connection that does nothing, where there is one. `count` is how many there are.
    """

    def __init__(
        self,
        sockets: list[socket.socket],
        admit: Callable[[str], Client | None],
        make_room: Callable[[], bool],
        count: Callable[[], int],
        descriptors: Descriptors | None = None,
    ) -> None:
        self._sockets = sockets
        self._admit = admit
        self._make_room = make_room
        self._count = count
        self._tasks = Tasks()
        self._descriptors = descriptors or Descriptors()
        self._trouble = _Trouble()
        self._pause_s = PAUSE_MIN_S
        self._paused: asyncio.TimerHandle | None = None

    @property
    def addresses(self) -> list[Any]:
        """Where it listens."""
        return [one.getsockname() for one in self._sockets]

    def start(self) -> None:
        """Take connections from now on."""
        loop = asyncio.get_running_loop()
        for one in self._sockets:
            loop.add_reader(one, self._ready, one)

    async def stop(self) -> None:
        """Take no more."""
        self._stop_reading()
        if self._paused is not None:
            self._paused.cancel()
        for one in self._sockets:
            one.close()
        await self._tasks.finish()

    def _ready(self, listening: socket.socket) -> None:
        for _ in range(AT_ONCE):
            if self._descriptors.are_scarce() and self._count() >= KEPT and not self._make_room():
                self._pause(f"{self._descriptors.told()}, and the rest is kept for the engine's own connections")
                return
            try:
                accepted, address = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._make_room()
                self._pause(reason_of(error))
                return
            self._take(accepted, str(address[0]))

    def _take(self, accepted: socket.socket, address: str) -> None:
        self._descriptors.note()
        self._pause_s = PAUSE_MIN_S
        self._trouble.is_over()
        client = self._admit(address)
        if client is None:
            accepted.close()
            return
        accepted.setblocking(False)
        self._tasks.spawn(_connect(client, accepted), "MI connection")

    def _pause(self, reason: str) -> None:
        self._trouble.tell(reason)
        self._stop_reading()
        self._paused = asyncio.get_running_loop().call_later(self._pause_s, self.start)
        self._pause_s = min(2 * self._pause_s, PAUSE_MAX_S)

    def _stop_reading(self) -> None:
        loop = asyncio.get_running_loop()
        for one in self._sockets:
            loop.remove_reader(one)


class _Trouble:
    """Tells at once why no connection can be taken, and while that goes on again and again, at growing distances."""

    def __init__(self) -> None:
        self._gap_s = 0.0
        self._next_at = 0.0

    def tell(self, reason: str) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_at:
            return
        self._gap_s = min(max(2 * self._gap_s, TELL_MIN_S), TELL_MAX_S)
        self._next_at = now + self._gap_s
        _log.error("MI cannot take connections: %s; raise the limit of open files (LimitNOFILE) if need be", reason)

    def is_over(self) -> None:
        """One was taken. What comes soon after is the same trouble still."""
        if self._gap_s and asyncio.get_running_loop().time() > self._next_at:
            self._gap_s = self._next_at = 0.0


async def _connect(client: Client, accepted: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    try:
        await loop.connect_accepted_socket(lambda: client, accepted)
    except OSError as error:
        accepted.close()
        client.gone(client)
        _log.debug("an MI connection was over before it began: %s", reason_of(error))


async def listening_sockets(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on every address of `host`.

    Raises:
        OSError: one of them cannot be listened on.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            made = socket.create_server(
                address[:2] if family == socket.AF_INET else address, family=family, backlog=BACKLOG
            )
            made.setblocking(False)
            sockets.append(made)
    except OSError:
        for made in sockets:
            made.close()
        raise
    return sockets
