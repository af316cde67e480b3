"""The captured streams, written by the tcp transport to a real server, byte for byte."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.address import TcpAddress, parse
from engine.lab.stream import TcpReceiver
from engine.run import Status
from engine.transports.tcp.transport import StreamOptions, StreamTransport
from tests.conformance.formats import id_of
from tests.conformance.replay import RawServer, assert_follow_each_other, compared, events_of, sender
from tests.conformance.vectors import Group, group, groups
from tests.support.waiting import until

WITHOUT_ANSWERS = [one for one in groups("stream") if not one.option("reliable_mode")]


def address_of(captured: Group, port: int) -> TcpAddress:
    address = parse(captured.socket)
    assert isinstance(address, TcpAddress)
    return replace(address, host="127.0.0.1", port=port)


@pytest.mark.parametrize("captured", WITHOUT_ANSWERS, ids=[one.variant for one in WITHOUT_ANSWERS])
async def test_objects_follow_each_other_on_one_connection(captured: Group) -> None:
    vectors = compared(captured)
    expected = sum(vector.received[0].length for vector in vectors)
    options = StreamOptions(event_param=captured.option("event_param"))
    async with (
        RawServer() as server,
        sender(StreamTransport, address_of(captured, server.port), options) as through,
    ):
        for event in events_of(vectors):
            assert (await through.send(event)).status is Status.SENT
        await until(lambda: len(server.data) >= expected, "all bytes")
    assert_follow_each_other(vectors, bytes(server.data))
    assert server.connections == 1


async def test_with_answers_every_request_has_an_id_of_its_own() -> None:
    captured = group("stream", "reliable")
    receiver = TcpReceiver("peer", TcpAddress("127.0.0.1", 0))
    await receiver.start()
    options = StreamOptions(sync_mode=True)
    vectors = compared(captured)
    async with sender(StreamTransport, address_of(captured, receiver.address.port), options) as through:
        for event in events_of(vectors):
            assert (await through.send(event)).status is Status.DELIVERED
    await receiver.stop()
    ids = {id_of(request) for request in receiver.received}
    assert len(ids) == len(vectors) == receiver.counters.received
    assert all(0 < one < 2**31 for one in ids)
    for vector, request in zip(vectors, receiver.received, strict=True):
        data = vector.received[0].data
        assert data
        own, theirs = b'{"id":%d,' % id_of(request), b'{"id":%d,' % id_of(data)
        assert request.removeprefix(own) == data.removeprefix(theirs), vector.id
