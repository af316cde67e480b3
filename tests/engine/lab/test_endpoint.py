"""Where an address leads to: the same endpoint, however its host is written and whatever is said there."""

from __future__ import annotations

import pytest

from engine.address import parse_member
from engine.lab.endpoint import Endpoint, endpoint_of


@pytest.mark.parametrize(
    ("socket", "endpoint"),
    [
        ("udp:127.0.0.1:9", Endpoint("udp", "127.0.0.1", 9, is_datagram=True)),
        ("tcp:LocalHost:9/method", Endpoint("tcp", "localhost", 9)),
        ("xmlrpc:[::0001]:80/RPC2:m", Endpoint("xmlrpc", "[::1]", 80)),
        ("unix:/run/a.sock", Endpoint("unix", "/run/a.sock", is_datagram=True)),
        ("rabbitmq:h/q", None),
        ("flatstore:/var/log/a.log", None),
    ],
)
def test_what_is_said_there_does_not_matter(socket: str, endpoint: Endpoint | None) -> None:
    assert endpoint_of(parse_member(socket)) == endpoint


def test_other_kinds_are_other_endpoints() -> None:
    assert endpoint_of(parse_member("udp:h:9")) != endpoint_of(parse_member("tcp:h:9"))
