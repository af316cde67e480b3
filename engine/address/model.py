"""Typed addresses. Each prints itself three ways: masked for people, whole for saving, canonical for comparing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeAlias

MASK = "•••"
"""What stands in the place of a secret wherever a person can see it."""


class PolicyName(StrEnum):
    """The policies of a virtual subscriber, upper case only (docs/event-interface.md, 3.1)."""

    PARALLEL = "PARALLEL"
    FAILOVER = "FAILOVER"
    ROUND_ROBIN = "ROUND-ROBIN"


@dataclass(frozen=True, slots=True)
class UdpAddress:
    """`udp:host:port`; an IPv6 host stands in brackets in the text and without them here.

    See docs/event-interface.md, 2.3.
    """

    scheme: ClassVar[str] = "udp"
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """`unix:path` (docs/event-interface.md, 2.3)."""

    scheme: ClassVar[str] = "unix"
    path: str


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """`tcp:host:port[/method]` (docs/event-interface.md, 2.4). `method` replaces the event name in the request."""

    scheme: ClassVar[str] = "tcp"
    host: str
    port: int
    method: str | None = None


@dataclass(frozen=True, slots=True)
class XmlRpcAddress:
    """`xmlrpc:host:port[/path]:method`. `path` has its leading slash; None stands for /RPC2.

    See docs/event-interface.md, 2.5.
    """

    scheme: ClassVar[str] = "xmlrpc"
    host: str
    port: int
    method: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class RabbitmqAddress:
    """`rabbitmq:[user[:password]@]host[:port]/[params?]routing-key`, decoded. `vhost` is an addition.

    `password` None means none was given: the login then uses "guest" (docs/event-interface.md, 2.6).
    """

    scheme: ClassVar[str] = "rabbitmq"
    host: str
    routing_key: str
    port: int = 5672
    user: str = "guest"
    password: str | None = field(default=None, repr=False)
    exchange: str = ""
    vhost: str = "/"
    persistent: bool = False
    tls_domain: str | None = None


@dataclass(frozen=True, slots=True)
class FlatstoreAddress:
    """`flatstore:path` (docs/event-interface.md, 2.9)."""

    scheme: ClassVar[str] = "flatstore"
    path: str


MemberAddress: TypeAlias = UdpAddress | UnixAddress | TcpAddress | XmlRpcAddress | RabbitmqAddress | FlatstoreAddress


@dataclass(frozen=True, slots=True)
class VirtualAddress:
    """`virtual:POLICY member member ...`; at least one member, never another virtual socket.

    See docs/event-interface.md, 3.1.
    """

    scheme: ClassVar[str] = "virtual"
    policy: PolicyName
    members: tuple[MemberAddress, ...]


Address: TypeAlias = MemberAddress | VirtualAddress
