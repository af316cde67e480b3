"""Rules that say where a socket may lead: networks, host names, ports, paths of unix sockets. Pure.

A host name is judged by its name alone and never resolved for this: what it leads to may change at any time, and with
it the answer. So a rule with a name trusts whoever may change that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import PurePosixPath
from typing import TypeAlias

from engine.address.hosts import PORT_MAX, bracketed

Ip: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

ANY = "any"
CALLER = "caller"
"""The address that the one who asks comes from; for one on this machine, the whole of it."""

LOOPBACK = tuple(ip_network(text) for text in ("127.0.0.0/8", "::1"))
PRIVATE = tuple(ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
_GROUPS = {"loopback": LOOPBACK, "private": PRIVATE, CALLER: ()}

_EVERY_PORT = range(1, PORT_MAX + 1)
_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_NAME = re.compile(r"[A-Za-z0-9_*.-]+")
_NUMBERS = re.compile(r"[0-9.*]+")
_LOCALHOST = "localhost"
_MAPPED = 96
"""Bits in front of an address of IPv4 in the clothes of IPv6."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `path` is that of unix sockets; otherwise `networks`, or the pattern `name`, with `ports`."""

    text: str
    networks: tuple[Network, ...] = ()
    name: str | None = None
    ports: range = _EVERY_PORT
    path: str | None = None
    is_caller: bool = False

    @property
    def is_any(self) -> bool:
        """Whether everything is allowed, unix sockets as well."""
        return self.text == ANY

    def has_host(self, host: str, port: int, caller: str | None) -> bool:
        """Whether a socket with this host and port is meant; `caller` is the address that asks, where it has one."""
        if port not in self.ports:
            return self.is_any
        if self.is_any or self.name == "*":
            return True
        host = host.lower().removesuffix(".")
        address = _ip(host)
        if address is None:
            is_here = host == _LOCALHOST and any(_is_in(here, self._wanted(caller)) for here in _HERE)
            return is_here or (self.name is not None and fnmatchcase(host, self.name))
        return _is_in(address, self._wanted(caller))

    def has_path(self, path: str) -> bool:
        """Whether a unix socket is meant. Links must have been followed before."""
        if self.is_any:
            return True
        if self.path is None:
            return False
        if self.path.endswith("/"):
            return PurePosixPath(path).is_relative_to(self.path)
        wanted, found = PurePosixPath(self.path).parts, PurePosixPath(path).parts
        return len(wanted) == len(found) and all(map(_has_stars, wanted, found))

    def _wanted(self, caller: str | None) -> tuple[Network, ...]:
        if not self.is_caller or caller is None:
            return self.networks
        address = _ip(caller)
        if address is None:
            return ()
        return LOOPBACK if _is_in(address, LOOPBACK) else (ip_network(_without_scope(address)),)


_HERE: tuple[Ip, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


def _has_stars(wanted: str, found: str) -> bool:
    """Whether a part of a path is as wanted: only `*` stands for something else, as names may hold brackets."""
    return re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), found, re.DOTALL) is not None


def _without_scope(address: Ip) -> Ip:
    """An address without the name of an interface."""
    return IPv6Address(int(address)) if isinstance(address, IPv6Address) else address


@lru_cache(maxsize=64)
def rules_of(texts: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules of these texts.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(map(rule_of, texts))


def rule_of(text: str) -> Rule:
    """A rule: `any`, `caller`, `loopback`, `private`, an address, a network, a host name with `*`, each with `:PORT` or
    `:PORT-PORT` or without; or the path of a unix socket with `*`, or a directory with `/` at its end.

    Raises:
        ValueError: it is none of these; the text says what is wrong.
    """
    if text == ANY:
        return Rule(text)
    if text.startswith("/"):
        return Rule(text, path=text)
    host, ports = _cut(text)
    if host in _GROUPS:
        return Rule(text, _GROUPS[host], ports=ports, is_caller=host == CALLER)
    network = _network(host)
    if network is not None:
        return Rule(text, (network,), ports=ports)
    if host != "*" and _NUMBERS.fullmatch(host):
        raise ValueError("an address or a network such as 10.0.0.0/8")
    if not _NAME.fullmatch(host):
        raise ValueError("a network, a host name, or the absolute path of a unix socket, with or without :PORT")
    return Rule(text, name=host.lower().removesuffix("."), ports=ports)


def allows_host(rules: Iterable[Rule], host: str, port: int, caller: str | None) -> bool:
    """Whether one of the rules has this host and port."""
    return any(rule.has_host(host, port, caller) for rule in rules)


def rule_text(host: str, port: int) -> str:
    """The rule that has this host and port and nothing else."""
    return f"{bracketed(host)}:{port}"


def _cut(text: str) -> tuple[str, range]:
    if text.startswith("["):
        host, closing, rest = text[1:].partition("]")
        if not closing or (rest and not rest.startswith(":")):
            raise ValueError("an IPv6 network in brackets, then :PORT")
        return host, _ports(rest[1:]) if rest else _EVERY_PORT
    if text.count(":") != 1:
        return text, _EVERY_PORT
    host, _, ports = text.partition(":")
    return host, _ports(ports)


def _ports(text: str) -> range:
    found = _PORTS.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= PORT_MAX:
        raise ValueError(f"a port, or two with a dash between them, from 1 to {PORT_MAX}")
    return range(first, last + 1)


def _network(text: str) -> Network | None:
    """The network that a text is; one of IPv4 in the clothes of IPv6 is itself, as `_ip` has it."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return (
        network if mapped is None or network.prefixlen < _MAPPED else ip_network((mapped, network.prefixlen - _MAPPED))
    )


def _ip(text: str) -> Ip | None:
    """The address that a host is; one of IPv4 in the clothes of IPv6 is itself."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_in(address: Ip, networks: Iterable[Network]) -> bool:
    return any(_without_scope(address) in network for network in networks if network.version == address.version)
