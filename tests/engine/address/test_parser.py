"""What each socket text stands for; what does not parse is in test_bad_texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.address import (
    Address,
    FlatstoreAddress,
    MemberAddress,
    PolicyName,
    RabbitmqAddress,
    TcpAddress,
    UdpAddress,
    UnixAddress,
    VirtualAddress,
    XmlRpcAddress,
    parse,
    parse_member,
    printed,
)
from engine.errors import SocketProblem, SocketTextError
from tests.engine.address.strategies import ADDRESSES, MEMBERS

A, B = UdpAddress("127.0.0.1", 9101), UdpAddress("127.0.0.1", 9102)
UNIX = UnixAddress("/run/a")

GOOD: list[tuple[str, Address]] = [
    ("udp:127.0.0.1:9101", A),
    ("udp:localhost:1", UdpAddress("localhost", 1)),
    ("udp:sip-1.example_net.org.:65535", UdpAddress("sip-1.example_net.org.", 65535)),
    ("udp:[2001:db8::1]:9000", UdpAddress("2001:db8::1", 9000)),
    ("udp:[fe80::1%eth0]:9000", UdpAddress("fe80::1%eth0", 9000)),
    ("udp:127.0.0.1:09101", A),
    ("unix:/run/app.sock", UnixAddress("/run/app.sock")),
    ("unix:app.sock", UnixAddress("app.sock")),
    ("unix:/run/my app:1.sock", UnixAddress("/run/my app:1.sock")),
    ("/run/app.sock", UnixAddress("/run/app.sock")),
    ("unix:/" + "x" * 106, UnixAddress("/" + "x" * 106)),
    ("tcp:127.0.0.1:9201", TcpAddress("127.0.0.1", 9201)),
    ("tcp:127.0.0.1:9202/handle_cmd", TcpAddress("127.0.0.1", 9202, "handle_cmd")),
    ("tcp:127.0.0.1:9202/a/b:c d", TcpAddress("127.0.0.1", 9202, "a/b:c d")),
    ("tcp:127.0.0.1:9201/", TcpAddress("127.0.0.1", 9201)),
    ("tcp:[::1]:9201/m", TcpAddress("::1", 9201, "m")),
    ("xmlrpc:127.0.0.1:9301:peer_event", XmlRpcAddress("127.0.0.1", 9301, "peer_event")),
    ("xmlrpc:127.0.0.1:9303/a/b/c:m.ethod", XmlRpcAddress("127.0.0.1", 9303, "m.ethod", "/a/b/c")),
    ("xmlrpc:h:1:a/b:c", XmlRpcAddress("h", 1, "a/b:c")),
    ("xmlrpc:h:1/:m", XmlRpcAddress("h", 1, "m", "/")),
    ("xmlrpc:[::1]:1/RPC2:m", XmlRpcAddress("::1", 1, "m", "/RPC2")),
    ("flatstore:/var/log/events.log", FlatstoreAddress("/var/log/events.log")),
    ("flatstore:relative.log", FlatstoreAddress("relative.log")),
    ("flatstore:/var/log/my events:1", FlatstoreAddress("/var/log/my events:1")),
    ("rabbitmq:127.0.0.1/q1", RabbitmqAddress("127.0.0.1", "q1")),
    ("rabbitmq:u@127.0.0.1/q1", RabbitmqAddress("127.0.0.1", "q1", user="u")),
    ("rabbitmq:guest:secret@127.0.0.1:5673/q2", RabbitmqAddress("127.0.0.1", "q2", port=5673, password="secret")),
    ("rabbitmq:u@h/exchange=ex?key", RabbitmqAddress("h", "key", user="u", exchange="ex")),
    ("rabbitmq:h/persistent?", RabbitmqAddress("h", "", persistent=True)),
    ("rabbitmq:h/tls_domain=client?k", RabbitmqAddress("h", "k", port=5671, tls_domain="client")),
    ("rabbitmq:h:5000/tls_domain=client?k", RabbitmqAddress("h", "k", port=5000, tls_domain="client")),
    ("rabbitmq:h/vhost=%2Fp;persistent?k", RabbitmqAddress("h", "k", vhost="/p", persistent=True)),
    ("rabbitmq:h/vhost=prod?k", RabbitmqAddress("h", "k", vhost="prod")),
    ("rabbitmq:h/exchange=a=b?k", RabbitmqAddress("h", "k", exchange="a=b")),
    ("rabbitmq:h/exchange=e?a?b", RabbitmqAddress("h", "a?b", exchange="e")),
    ("rabbitmq:h/a/b:c@d;e=f", RabbitmqAddress("h", "a/b:c@d;e=f")),
    ("rabbitmq:h/a%3Fb%20c%25", RabbitmqAddress("h", "a?b c%")),
    ("rabbitmq:a%40b:p%2Fw%3A%C3%BC@h/q", RabbitmqAddress("h", "q", user="a@b", password="p/w:ü")),
    ("rabbitmq:[::1]:5673/q", RabbitmqAddress("::1", "q", port=5673)),
    ("rabbitmq:u:p@[::1]/q", RabbitmqAddress("::1", "q", user="u", password="p")),
    ("virtual:PARALLEL udp:127.0.0.1:9101", VirtualAddress(PolicyName.PARALLEL, (A,))),
    ("virtual:FAILOVER udp:127.0.0.1:9101 udp:127.0.0.1:9102", VirtualAddress(PolicyName.FAILOVER, (A, B))),
    ("virtual:\t ROUND-ROBIN \t udp:127.0.0.1:9102\t/run/a \t", VirtualAddress(PolicyName.ROUND_ROBIN, (B, UNIX))),
    ("virtual:FAILOVERudp:127.0.0.1:9101 udp:127.0.0.1:9102", VirtualAddress(PolicyName.FAILOVER, (A, B))),
    ("virtual:PARALLEL/run/a udp:127.0.0.1:9102", VirtualAddress(PolicyName.PARALLEL, (UNIX, B))),
    ("virtual:FAILOVER udp:127.0.0.1:9101 /run/a", VirtualAddress(PolicyName.FAILOVER, (A, UNIX))),
    ("virtual:PARALLEL udp:127.0.0.1:9101 udp:127.0.0.1:9101", VirtualAddress(PolicyName.PARALLEL, (A, A))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "address"), GOOD, ids=[text[:50] for text, _ in GOOD])
def test_text_stands_for_address(text: str, address: Address) -> None:
    assert parse(text) == address


@pytest.mark.parametrize(("text", "address"), GOOD, ids=[text[:50] for text, _ in GOOD])
def test_normal_form_of_a_text_stands_for_the_same_address(text: str, address: Address) -> None:
    assert parse(printed(parse(text), secrets=True)) == address


@given(ADDRESSES)
@example(RabbitmqAddress("h", "", user="•••", password="•••", vhost="•••"))
@example(RabbitmqAddress("h", "exchange=x", user="a:b@c/d?e;f=g%h i"))
@example(RabbitmqAddress("fe80::1%eth0", "q"))
def test_every_address_survives_printing_and_parsing(address: Address) -> None:
    assert parse(printed(address, secrets=True)) == address


@given(MEMBERS)
def test_a_member_is_read_like_a_socket_of_its_own(member: MemberAddress) -> None:
    text = printed(member, secrets=True)
    assert parse_member(text) == parse(text) == member


_SNIPPETS = st.sampled_from([
    "virtual:", "PARALLEL", "FAILOVER", "ROUND-ROBIN", " ", "\t", "\n", "\u00a0", "\0", "\ud800", "é", "²", "x" * 300,
    "udp:", "unix:/", "tcp:", "xmlrpc:", "flatstore:", "rabbitmq:", "h", "[::1]", "]", "[", ":", "1", "99999", "/", "?",
    ";", "=", "%", "%2", "%FF", "%C3%BC", "@", "•••", "exchange=", "vhost=", "persistent", "tls_domain=", "u:secret@",
])  # fmt: skip


def problems_of(read: Callable[[str], Address], text: str) -> tuple[SocketProblem, ...]:
    """The problems of a text; none when what it stands for prints as the same address."""
    try:
        address = read(text)
    except SocketTextError as error:
        return error.problems
    assert parse(printed(address, secrets=True)) == address
    return ()


@pytest.mark.parametrize("read", [parse, parse_member])
@given(text=st.text() | st.lists(_SNIPPETS, max_size=12).map("".join))
def test_any_text_is_an_address_or_a_list_of_printable_problems(read: Callable[[str], Address], text: str) -> None:
    for problem in problems_of(read, text):
        assert 1 <= problem.column <= len(text) + 1
        assert str(problem).isprintable()
        assert len(str(problem)) < 300
