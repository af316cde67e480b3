"""The kinds of sockets by their prefixes: the built-in ones, and those that are installed beside them.

A kind from outside is found by its entry point, which has the prefix as its name. It is looked for when a prefix is
not built in, or when all are to be listed, and imported when a socket of it is first read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from engine.address.kinds.base import MemberAddress
from engine.address.kinds.flatstore import FlatstoreAddress
from engine.address.kinds.rabbitmq import RabbitmqAddress
from engine.address.kinds.tcp import TcpAddress
from engine.address.kinds.udp import UdpAddress
from engine.address.kinds.unix import UnixAddress
from engine.address.kinds.xmlrpc import XmlRpcAddress
from engine.errors import SwitchboardError

GROUP = "switchboard.sockets"

BUILT_IN: Mapping[str, type[MemberAddress]] = MappingProxyType(
    {
        kind.scheme: kind
        for kind in (UdpAddress, UnixAddress, TcpAddress, XmlRpcAddress, RabbitmqAddress, FlatstoreAddress)
    }
)
"""Those of Switchboard itself, in the order in which they are listed. They cannot be replaced."""


@cache
def outside() -> Mapping[str, EntryPoint]:
    """The kinds that others bring, by prefix, without importing any."""
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}


def prefixes() -> tuple[str, ...]:
    """Every prefix that a member can have, without its colon."""
    return (*BUILT_IN, *sorted(outside()))


def kind_of(scheme: str) -> type[MemberAddress] | None:
    """The kind that a prefix stands for; None where there is none.

    Raises:
        SwitchboardError: there is one, but it cannot be imported, or is no kind of socket.
    """
    return BUILT_IN.get(scheme) or (_loaded(scheme) if scheme in outside() else None)


def usable_kind(scheme: str) -> type[MemberAddress] | None:
    """The same for whoever only shows something: None as well where there is one that cannot be used."""
    try:
        return kind_of(scheme)
    except SwitchboardError:
        return None  # whoever reads a socket of it is told why


def usable_kinds() -> Iterator[type[MemberAddress]]:
    """All that can be used."""
    for scheme in prefixes():
        kind = usable_kind(scheme)
        if kind is not None:
            yield kind


@cache
def _loaded(scheme: str) -> type[MemberAddress]:
    try:
        kind = outside()[scheme].load()
    except Exception as error:  # it is not ours: whatever it raises, nobody else's sockets suffer
        raise SwitchboardError(f"the kind of socket for {scheme}: cannot be loaded: {error}") from error
    if not (isinstance(kind, type) and issubclass(kind, MemberAddress) and kind.scheme == scheme):
        raise SwitchboardError(f"what is installed as the kind of socket for {scheme}: is none")
    return kind
