"""Where an address leads to, without what is said there: what receivers and members have in common."""

from __future__ import annotations

from typing import NamedTuple

from engine.address import MemberAddress, Way
from engine.address.hosts import canonical_host


class Endpoint(NamedTuple):
    """A kind of socket and the host, or path, and port it leads to. Hosts are in canonical form."""

    scheme: str
    place: str
    port: int = 0
    is_datagram: bool = False


def endpoint_of(address: MemberAddress) -> Endpoint | None:
    """The endpoint of an address; None for kinds that the lab has no receiver for."""
    if not address.is_received:
        return None
    (leads,) = address.destinations()
    place = canonical_host(leads.host) if leads.host else leads.path
    return Endpoint(address.scheme, place, leads.port, leads.way in {Way.DATAGRAM, Way.UNIX})
