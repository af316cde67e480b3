"""Which wire format and which bytes a captured configuration stands for."""

from __future__ import annotations

import re

from engine.address import TcpAddress, XmlRpcAddress, parse
from engine.wire.flatline import FlatlineFormat
from engine.wire.jsonrpc import JsonRpcFormat
from engine.wire.payloads import WireFormat
from engine.wire.xmlrpc import XmlRpcFormat
from tests.conformance.vectors import Group

_ID = re.compile(rb'\{"id":(\d+),')


def format_of(group: Group) -> WireFormat:
    """The wire format that reproduces the captures of `group`."""
    if group.transport == "flatstore":
        return FlatlineFormat(
            group.option("delimiter", ","),
            group.option("escape_delimiter"),
            bool(group.option("suppress_event_name", 0)),
        )
    address = parse(group.socket)
    if isinstance(address, XmlRpcAddress):
        return XmlRpcFormat(address.method, bool(group.option("use_struct_param", 0)), compat=True)
    method = address.method if isinstance(address, TcpAddress) else None
    return JsonRpcFormat(method, group.option("event_param"))


def id_of(request: bytes) -> int:
    """The id of a captured request."""
    found = _ID.match(request)
    assert found, request
    return int(found[1])


def xmlrpc_request(address: XmlRpcAddress, body: bytes) -> bytes:
    """A body with the HTTP that OpenSIPS writes around it; its `Host:` lacks the blank where the socket has a path."""
    blank = " " if address.path is None else ""
    head = (
        f"POST {address.path or '/RPC2'} HTTP/1.1\r\nHost:{blank}{address.host}:{address.port}\r\nConnection: close\r\n"
        f"User-Agent: OpenSIPS XMLRPC Notifier\r\nContent-type: text/xml\r\nContent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
