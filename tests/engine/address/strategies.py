"""Addresses of every kind, as a parser could have made them."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from engine.address import (
    FlatstoreAddress,
    MemberAddress,
    PolicyName,
    RabbitmqAddress,
    TcpAddress,
    UdpAddress,
    UnixAddress,
    VirtualAddress,
    XmlRpcAddress,
)

_LABEL = st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,8}[A-Za-z0-9_])?", fullmatch=True)
_NAMES = (
    st.lists(_LABEL, min_size=1, max_size=3).map(".".join).filter(lambda name: any(sign.isalpha() for sign in name))
)
HOSTS = st.one_of(_NAMES, st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str), st.just("fe80::1%eth0"))
PORTS = st.integers(1, 65535)

_ANY = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
_NO_BLANK = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters=" ")
_AWKWARD = st.sampled_from("/:@?;=%& •ü+\"'")
TEXTS = st.text(st.one_of(_ANY, _AWKWARD), min_size=1, max_size=20)
"""Anything that a value of rabbitmq: can hold; percent-encoding carries it."""

PATHS = st.text(_NO_BLANK, min_size=1, max_size=20).map(lambda path: "/" + path)
METHODS = st.text(_NO_BLANK, min_size=1, max_size=20)
URL_PATHS = st.text(
    st.sampled_from([sign for sign in string.printable if sign.isprintable() and sign not in " #:"]), max_size=20
).map(lambda path: "/" + path)

UDP = st.builds(UdpAddress, HOSTS, PORTS)
UNIX = st.builds(UnixAddress, PATHS)
TCP = st.builds(TcpAddress, HOSTS, PORTS, st.none() | METHODS)
XMLRPC = st.builds(XmlRpcAddress, HOSTS, PORTS, METHODS, st.none() | URL_PATHS)
FLATSTORE = st.builds(FlatstoreAddress, PATHS.filter(lambda path: not path.endswith("/")))
RABBITMQ = st.builds(
    RabbitmqAddress,
    host=HOSTS,
    routing_key=TEXTS | st.just(""),
    port=PORTS,
    user=TEXTS | st.just("guest"),
    password=st.none() | TEXTS,
    exchange=st.just("") | TEXTS,
    vhost=st.just("/") | TEXTS,
    persistent=st.booleans(),
    tls_domain=st.none() | TEXTS,
)

MEMBERS: st.SearchStrategy[MemberAddress] = st.one_of(UDP, UNIX, TCP, XMLRPC, FLATSTORE, RABBITMQ)
VIRTUAL = st.builds(VirtualAddress, st.sampled_from(PolicyName), st.lists(MEMBERS, min_size=1, max_size=4).map(tuple))
ADDRESSES = st.one_of(MEMBERS, VIRTUAL)
