"""The captured calls, posted by the xmlrpc transport to a real server: path of the request line and body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.address import XmlRpcAddress, parse
from engine.run import Status
from engine.transports.xmlrpc.transport import XmlRpcOptions, XmlRpcTransport
from tests.conformance.formats import xmlrpc_request
from tests.conformance.replay import RawServer, compared, events_of, sender
from tests.conformance.vectors import Group, groups

_BODY = (
    b'<?xml version="1.0"?><methodResponse><params><param><value><string>OK</string></value></param></params>'
    b"</methodResponse>"
)
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)


class Calls:
    """Takes HTTP requests of one connection apart, and has an answer for each."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        """Request line and body of each."""
        self._waiting = b""

    def answer(self, piece: bytes) -> bytes:
        self._waiting += piece
        answers = b""
        while (call := self._next()) is not None:
            self.taken.append(call)
            answers += _ANSWER
        return answers

    def _next(self) -> tuple[str, bytes] | None:
        head, end, rest = self._waiting.partition(b"\r\n\r\n")
        if not end:
            return None
        line, *fields = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        length = int(headers["content-length"])
        if len(rest) < length:
            return None
        self._waiting = rest[length:]
        return line, rest[:length]


@pytest.mark.parametrize("captured", groups("xmlrpc"), ids=[one.variant for one in groups("xmlrpc")])
async def test_calls_are_posted_as_captured(captured: Group) -> None:
    address = parse(captured.socket)
    assert isinstance(address, XmlRpcAddress)
    options = XmlRpcOptions(compat="opensips", use_struct_param=bool(captured.option("use_struct_param")))
    vectors = compared(captured)
    calls = Calls()
    async with (
        RawServer(calls.answer) as server,
        sender(XmlRpcTransport, replace(address, host="127.0.0.1", port=server.port), options) as through,
    ):
        for event in events_of(vectors):
            assert (await through.send(event)).status is Status.DELIVERED
    assert len(calls.taken) == len(vectors)
    for vector, (line, body) in zip(vectors, calls.taken, strict=True):
        (theirs,) = vector.received
        assert line == theirs.head.partition("\r\n")[0], vector.id
        assert theirs.is_equal(xmlrpc_request(address, body)), f"{vector.id}: {body!r}"
