"""`udp:` sockets; their grammar is in test_parser and test_bad_texts."""

from __future__ import annotations

from engine.address import Destination, UdpAddress, Way, parse


def test_it_leads_to_its_host_and_port() -> None:
    address = parse("udp:[::1]:09000")
    assert address == UdpAddress("::1", 9000)
    assert address.destinations() == (Destination(Way.DATAGRAM, "::1", 9000),)


def test_hosts_that_are_the_same_are_one_identity() -> None:
    assert UdpAddress("LocalHost.", 1).identity() == UdpAddress("localhost", 1).identity() == "udp:localhost:1"
    assert UdpAddress("LocalHost.", 1).printed(secrets=False) == "udp:LocalHost.:1"


def test_nothing_of_it_is_secret() -> None:
    address = UdpAddress("h", 1)
    assert (address.secret_name, address.secret, address.beside_identity()) == (None, None, (None,))
