"""`udp:` members: datagrams to a host and port (docs/event-interface.md, 2.3)."""

from __future__ import annotations

import asyncio
import socket

from engine.address import UdpAddress
from engine.run import Run, failed
from engine.transports.base import TransportContext
from engine.transports.datagram.transport import DatagramEntry, DatagramOptions, DatagramTransport
from engine.transports.peers import is_on_this_machine
from engine.transports.reasons import reason_of
from engine.transports.resolver import Endpoint, Resolver
from engine.transports.sockets import connected_datagram

LOOKUP_PAUSE_S = 1.0
"""After a host name was not found, events fail at once for so long, so that a dead name server is not flooded."""

_UDP_MAX: dict[int, int] = {socket.AF_INET: 65_507, socket.AF_INET6: 65_527}
"""Largest payload of a datagram, in bytes, less the headers that count (RFC 768, RFC 8200)."""


class UdpTransport(DatagramTransport):
    """`udp:host:port`. Only a receiver on this machine, or one behind a network that answers with ICMP, can refuse."""

    def __init__(self, address: UdpAddress, options: DatagramOptions, context: TransportContext) -> None:
        super().__init__(options, context, context.peers.at(address.host, address.port, "udp"))
        self._resolver = Resolver(address.host, address.port, socket.SOCK_DGRAM, context.tasks)
        self._endpoint: Endpoint | None = None
        """What the last lookup found, for the next socket alone: after a failure, a name is looked up again."""
        self._lookup: asyncio.Task[None] | None = None
        self._not_found: tuple[float, OSError] | None = None
        """When (monotonic) and why the last lookup failed."""

    @classmethod
    def failure_blindness(cls, address: UdpAddress, options: DatagramOptions) -> str | None:  # noqa: ARG003
        """Only this machine's own kernel is sure to tell of a closed port."""
        if is_on_this_machine(address.host):
            return None
        return "udp cannot tell that a receiver on another machine is gone"

    async def close(self, deadline_s: float) -> None:
        """As every transport; a lookup that is under way is given up."""
        await super().close(deadline_s)
        self._resolver.close()
        if self._lookup is not None:
            self._lookup.cancel()
            await asyncio.gather(self._lookup, return_exceptions=True)

    def _open(self, entry: DatagramEntry) -> socket.socket | None:
        endpoint = self._endpoint or self._resolver.literal()
        self._endpoint = None
        if endpoint is not None:
            return connected_datagram(endpoint)
        if self._lookup is None or self._lookup.done():
            self._raise_if_just_failed(entry.run)
            self._lookup = self._context.tasks.spawn(self._look_up(), "look up a udp receiver")
        return None

    def _raise_if_just_failed(self, run: Run) -> None:
        if self._not_found is not None and not run.connect_now:
            at, error = self._not_found
            if self._context.clock.now() < at + LOOKUP_PAUSE_S:
                raise error

    async def _look_up(self) -> None:
        try:
            endpoints = await self._resolver.endpoints()
        except OSError as error:
            self._not_found = (self._context.clock.now(), error)
            self._lookup = None
            is_news = self._absence.begin(reason_of(error), is_refused=False)
            self._fail_waiting(failed(reason_of(error), unsent=True))
            if is_news:
                self._context.changed()
        else:
            self._endpoint = endpoints[0]
            self._lookup = None
            self._resume()

    def _reason(self, error: OSError) -> str:
        return reason_of(error)

    def _knock(self) -> str | None:
        """Only an event can tell: the next one is sent."""
        return None

    def _limit(self, opened: socket.socket) -> int:
        return _UDP_MAX[opened.family]

    @property
    def payload_max(self) -> int | None:
        """Known for an IP address; for a name, while there is a socket."""
        if self._socket is not None:
            return self._limit(self._socket)
        endpoint = self._resolver.literal()
        return None if endpoint is None else _UDP_MAX[endpoint.family]
