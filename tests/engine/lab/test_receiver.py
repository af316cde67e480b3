"""What every receiver of the lab has: a place to listen at, a fault on demand, and counters that stay."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from engine.address import TcpAddress, UdpAddress, XmlRpcAddress
from engine.lab.datagram import UdpReceiver
from engine.lab.receiver import LabError, Receiver, Trouble
from engine.lab.stream import TcpReceiver
from engine.lab.xmlrpc import XmlRpcReceiver

Make = Callable[[int], Receiver]

KINDS: dict[str, Make] = {
    "udp": lambda port: UdpReceiver("one", UdpAddress("127.0.0.1", port)),
    "tcp": lambda port: TcpReceiver("one", TcpAddress("127.0.0.1", port, None)),
    "xmlrpc": lambda port: XmlRpcReceiver("one", XmlRpcAddress("127.0.0.1", port, None, "m")),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


async def test_refusing_stops_it_and_whatever_starts_it_again_heals_it_at_the_same_address(make: Make) -> None:
    receiver = make(0)
    await receiver.start()
    address = receiver.address
    await receiver.start()
    assert receiver.address == address, "it listens already"
    await receiver.set_trouble(Trouble.REFUSE)
    assert not receiver.is_running
    await receiver.start()
    assert (receiver.is_running, receiver.address, receiver.trouble) == (True, address, Trouble.NONE)
    await receiver.stop()
    await receiver.set_trouble(Trouble.HANG)
    assert receiver.is_running, "every other fault needs somebody who listens"
    await receiver.stop()
    await receiver.stop()
    assert not receiver.is_running


async def test_a_place_that_is_taken_is_said_and_nothing_is_left_open(make: Make) -> None:
    kind = socket.SOCK_DGRAM if isinstance(make(0), UdpReceiver) else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        receiver = make(taken.getsockname()[1])
        with pytest.raises(LabError, match=r"receiver one cannot listen on .*127\.0\.0\.1.*: address already in use"):
            await receiver.start()
        assert not receiver.is_running
    await receiver.start()
    assert receiver.is_running
    await receiver.stop()


async def test_a_fault_that_a_kind_cannot_have_is_refused_and_changes_nothing() -> None:
    receiver = KINDS["udp"](0)
    with pytest.raises(LabError, match="udp: sockets knows hang, none, refuse, not slow"):
        await receiver.set_trouble(Trouble.SLOW, 1.0)
    assert (receiver.trouble, receiver.is_running) == (Trouble.NONE, False)
