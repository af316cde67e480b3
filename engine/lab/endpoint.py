"""Where an address leads to, without what is said there: what receivers and members have in common."""

from __future__ import annotations

from typing import NamedTuple

from engine.address import MemberAddress, TcpAddress, UdpAddress, UnixAddress, XmlRpcAddress
from engine.address.hosts import canonical_host


class Endpoint(NamedTuple):
    """A kind of socket and the host, or path, and port it leads to. Hosts are in canonical form."""

    scheme: str
    place: str
    port: int = 0


def endpoint_of(address: MemberAddress) -> Endpoint | None:
    """The endpoint of an address; None for kinds that the lab has no receiver for."""
    match address:
        case UdpAddress(host, port) | TcpAddress(host, port) | XmlRpcAddress(host, port):
            return Endpoint(address.scheme, canonical_host(host), port)
        case UnixAddress(path):
            return Endpoint(address.scheme, path)
        case _:
            return None
