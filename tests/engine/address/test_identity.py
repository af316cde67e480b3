"""When two sockets are the same subscriber."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.address import Address, PolicyName, RabbitmqAddress, VirtualAddress, identity, parse, printed
from tests.engine.address.strategies import ADDRESSES, MEMBERS, RABBITMQ

SAME = [
    ("udp:LocalHost:9", "udp:localhost:9"),
    ("udp:localhost.:9", "udp:localhost:9"),
    ("udp:[::1]:9", "udp:[0:0:0:0:0:0:0:1]:9"),
    ("udp:[2001:DB8::A]:9", "udp:[2001:db8::a]:9"),
    ("/run/a", "unix:/run/a"),
    ("tcp:h:1/", "tcp:h:1"),
    ("xmlrpc:h:1:m", "xmlrpc:h:1/RPC2:m"),
    ("rabbitmq:h/q", "rabbitmq:guest:guest@H:5672/q"),
    ("rabbitmq:u:a@h/q", "rabbitmq:u:b@h/persistent?q"),
    ("rabbitmq:h:5671/q", "rabbitmq:h/tls_domain=t?q"),
    ("rabbitmq:h/vhost=%2F?q", "rabbitmq:h/q"),
    ("virtual:PARALLEL udp:a:1 udp:b:2", "virtual:PARALLELudp:b:2\t udp:A:1 "),
    ("virtual:FAILOVER /x rabbitmq:h/q", "virtual:FAILOVER unix:/x rabbitmq:guest@h:5672/q"),
]

DIFFERENT = [
    ("udp:127.0.0.1:9", "udp:127.0.0.12:9"),
    ("udp:127.0.0.1:9", "tcp:127.0.0.1:9"),
    ("udp:localhost:9", "udp:127.0.0.1:9"),
    ("unix:/run/a", "unix:/run/ab"),
    ("unix:/run/a", "unix:/run/A"),
    ("unix:/run/a", "flatstore:/run/a"),
    ("tcp:h:1/m", "tcp:h:1/M"),
    ("tcp:h:1/m", "tcp:h:1"),
    ("xmlrpc:h:1:m", "xmlrpc:h:1/rpc2:m"),
    ("rabbitmq:h/q", "rabbitmq:u@h/q"),
    ("rabbitmq:h/q", "rabbitmq:h:5673/q"),
    ("rabbitmq:h/q", "rabbitmq:h/exchange=e?q"),
    ("rabbitmq:h/q", "rabbitmq:h/vhost=v?q"),
    ("rabbitmq:h/exchange=e?q", "rabbitmq:h/exchange%3De%3Fq"),
    ("udp:a:1", "virtual:PARALLEL udp:a:1"),
    ("virtual:FAILOVER udp:a:1 udp:b:2", "virtual:FAILOVER udp:b:2 udp:a:1"),
    ("virtual:ROUND-ROBIN udp:a:1 udp:b:2", "virtual:ROUND-ROBIN udp:b:2 udp:a:1"),
    ("virtual:FAILOVER udp:a:1", "virtual:PARALLEL udp:a:1"),
    ("virtual:PARALLEL udp:a:1 udp:b:2", "virtual:PARALLEL udp:b:2 udp:b:2"),
    ("virtual:PARALLEL udp:a:1 udp:a:1", "virtual:PARALLEL udp:a:1"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_sockets_are_the_same(one: str, other: str) -> None:
    assert identity(parse(one)) == identity(parse(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_sockets_are_different(one: str, other: str) -> None:
    assert identity(parse(one)) != identity(parse(other))


@given(ADDRESSES)
def test_identity_survives_printing_and_parsing(address: Address) -> None:
    assert identity(parse(printed(address, secrets=True))) == identity(address)


@given(st.lists(MEMBERS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_order_counts_in_every_policy_but_parallel(members: list[Address], random: st.random.Random) -> None:
    shuffled = random.sample(members, len(members))
    for policy in PolicyName:
        one, other = VirtualAddress(policy, tuple(members)), VirtualAddress(policy, tuple(shuffled))
        is_same = policy is PolicyName.PARALLEL or [*map(identity, members)] == [*map(identity, shuffled)]
        assert (identity(one) == identity(other)) is is_same


@given(RABBITMQ, RABBITMQ)
def test_identity_of_rabbitmq_is_where_and_as_whom(one: RabbitmqAddress, other: RabbitmqAddress) -> None:
    twin = replace(one, password=other.password, persistent=other.persistent, tls_domain=other.tls_domain)
    assert identity(twin) == identity(one)
    for name in ("port", "user", "exchange", "vhost", "routing_key"):
        value = getattr(other, name)
        if value != getattr(one, name):
            assert identity(replace(one, **{name: value})) != identity(one)


@given(MEMBERS, MEMBERS)
def test_different_members_that_print_differently_are_told_apart(one: Address, other: Address) -> None:
    assume(not isinstance(one, RabbitmqAddress))
    if printed(one) != printed(other):
        assert (identity(one) == identity(other)) <= (type(one) is type(other))
