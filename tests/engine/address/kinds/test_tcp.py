"""`tcp:` sockets."""

from __future__ import annotations

from engine.address import Destination, TcpAddress, Way, parse


def test_it_leads_to_its_host_and_port_whatever_the_method() -> None:
    for text in ("tcp:h:1", "tcp:h:1/a/b"):
        assert parse(text).destinations() == (Destination(Way.STREAM, "h", 1),)


def test_the_method_is_a_part_of_the_identity_but_a_lone_slash_is_none() -> None:
    assert TcpAddress("H", 1, "M").identity() == "tcp:h:1/M"
    assert parse("tcp:h:1/").identity() == parse("tcp:h:1").identity() == "tcp:h:1"


def test_a_receiver_that_stays_silent_may_want_lines() -> None:
    address = TcpAddress("h", 1)
    assert "transports.tcp.separator: newline" in address.silence_hint({"separator": None})
    assert address.silence_hint({"separator": "newline"}) == ""
