"""`xmlrpc:` sockets."""

from __future__ import annotations

from engine.address import Destination, Way, XmlRpcAddress, parse


def test_the_path_that_is_meant_is_a_part_of_the_identity() -> None:
    assert parse("xmlrpc:H:1:m").identity() == parse("xmlrpc:h:1/RPC2:m").identity() == "xmlrpc:h:1/RPC2:m"


def test_the_path_that_was_written_is_printed() -> None:
    assert XmlRpcAddress("h", 1, "m").printed(secrets=False) == "xmlrpc:h:1:m"
    assert XmlRpcAddress("h", 1, "m", "/RPC2").printed(secrets=False) == "xmlrpc:h:1/RPC2:m"


def test_it_leads_to_its_host_and_port() -> None:
    assert parse("xmlrpc:h:1/a:m").destinations() == (Destination(Way.STREAM, "h", 1),)
