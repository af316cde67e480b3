"""Host names become addresses, without blocking the event loop."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, NamedTuple

from engine.tasks import Tasks


class Endpoint(NamedTuple):
    """An address that a socket can connect to."""

    family: int
    sockaddr: Any


class Resolver:
    """Looks up one host and port, one lookup at a time: a name server that hangs holds one thread, not one a try.

    IPv4 addresses come first, because OpenSIPS knows no others, and a receiver that both can reach listens there.
    """

    def __init__(self, host: str, port: int, kind: socket.SocketKind, tasks: Tasks) -> None:
        self._host = host
        self._port = port
        self._kind = kind
        self._tasks = tasks
        self._lookup: asyncio.Task[list[Endpoint] | OSError] | None = None

    def literal(self) -> Endpoint | None:
        """The endpoint, at once, when the host is an IP address; None when it is a name."""
        try:
            infos = socket.getaddrinfo(self._host, self._port, type=self._kind, flags=socket.AI_NUMERICHOST)
        except (socket.gaierror, UnicodeError):
            return None
        return Endpoint(infos[0][0], infos[0][4])

    async def endpoints(self) -> list[Endpoint]:
        """All endpoints of the host. A lookup that is under way is joined, also after a caller gave up on it.

        Raises:
            OSError: when the name is not found (`socket.gaierror`).
        """
        if (literal := self.literal()) is not None:
            return [literal]
        if self._lookup is None or self._lookup.done():
            self._lookup = self._tasks.spawn(self._look_up(), f"look up {self._host}")
        result = await asyncio.shield(self._lookup)
        if isinstance(result, OSError):
            raise result
        return result

    def close(self) -> None:
        """Give up on a lookup that is under way."""
        if self._lookup is not None:
            self._lookup.cancel()

    async def _look_up(self) -> list[Endpoint] | OSError:
        try:
            infos = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=self._kind)
        except OSError as error:
            return error
        except UnicodeError as error:
            return OSError(f"{self._host} cannot be a host name ({error})")
        infos.sort(key=lambda info: info[0] != socket.AF_INET)
        return [Endpoint(info[0], info[4]) for info in infos]
