"""The captured datagrams, sent by the udp and unix transports to a real receiver, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.address import UdpAddress, UnixAddress
from engine.lab import Receiver
from engine.lab.datagram import UdpReceiver, UnixReceiver
from engine.run import Fault
from engine.transports.datagram.transport import DatagramOptions
from engine.transports.datagram.udp import UdpTransport
from engine.transports.datagram.unix import UnixTransport
from tests.conformance.differences import DIFFERENCES
from tests.conformance.replay import Sender, compared, sender
from tests.conformance.vectors import Vector, groups
from tests.support.waiting import until


async def replay(vectors: list[Vector], through: Sender, receiver: Receiver) -> None:
    for count, vector in enumerate(vectors, 1):
        assert vector.event
        outcome = await through.send(vector.event)
        assert not outcome.is_failure, f"{vector.id}: {outcome}"
        await until(lambda expected=count: receiver.counters.received == expected, vector.id)  # type: ignore[misc]
        assert vector.received[0].is_equal(receiver.received[-1]), vector.id


async def test_udp() -> None:
    (group,) = groups("udp")
    receiver = UdpReceiver("peer", UdpAddress("127.0.0.1", 0))
    await receiver.start()
    async with sender(UdpTransport, receiver.address, DatagramOptions()) as through:
        await replay(compared(group), through, receiver)
    await receiver.stop()
    assert receiver.counters.received == 62


async def test_unix(tmp_path: Path) -> None:
    (group,) = groups("unix")
    receiver = UnixReceiver("peer", UnixAddress(str(tmp_path / "peer.sock")))
    await receiver.start()
    async with sender(UnixTransport, receiver.address, DatagramOptions()) as through:
        await replay(compared(group), through, receiver)
    await receiver.stop()
    assert receiver.counters.received == 62


@pytest.mark.parametrize(
    "vector", [one for one in groups("udp")[0].vectors if one.id in DIFFERENCES], ids=lambda v: v.id
)
async def test_what_no_datagram_holds_fails_on_its_own_account(vector: Vector) -> None:
    assert vector.event
    assert not vector.received
    receiver = UdpReceiver("peer", UdpAddress("127.0.0.1", 0))
    await receiver.start()
    async with sender(UdpTransport, receiver.address, DatagramOptions()) as through:
        outcome = await through.send(vector.event)
    await receiver.stop()
    assert outcome.fault is Fault.EVENT
    assert outcome.reason
    assert receiver.counters.received == 0
