"""The lab's datagram receivers: what they take, and the faults a datagram can have."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from engine.address import UdpAddress, UnixAddress
from engine.lab import LabError, Trouble
from engine.lab.datagram import UdpReceiver, UnixReceiver
from tests.support.waiting import until


def send_udp(port: int, payload: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(payload, ("127.0.0.1", port))


async def test_udp_takes_datagrams_and_comes_back_at_the_same_port() -> None:
    receiver = UdpReceiver("one", UdpAddress("127.0.0.1", 0))
    await receiver.start()
    port = receiver.address.port
    send_udp(port, b"first")
    await until(lambda: list(receiver.received) == [b"first"])
    await receiver.stop()
    assert not receiver.is_running
    await receiver.start()
    assert receiver.address.port == port
    send_udp(port, b"second")
    await until(lambda: list(receiver.received) == [b"first", b"second"])
    assert (receiver.counters.received, receiver.counters.received_bytes) == (2, 11)
    await receiver.stop()


async def test_a_hanging_datagram_receiver_reads_nothing_until_it_heals() -> None:
    receiver = UdpReceiver("one", UdpAddress("127.0.0.1", 0))
    other = UdpReceiver("other", UdpAddress("127.0.0.1", 0))
    await receiver.start()
    await other.start()
    await receiver.set_trouble(Trouble.HANG)
    send_udp(receiver.address.port, b"late")
    send_udp(other.address.port, b"now")
    await until(lambda: other.received)
    assert not receiver.received
    await receiver.set_trouble(Trouble.NONE)
    await until(lambda: list(receiver.received) == [b"late"])
    await receiver.stop()
    await other.stop()


async def test_a_datagram_receiver_cannot_answer_errors() -> None:
    receiver = UdpReceiver("one", UdpAddress("127.0.0.1", 0))
    with pytest.raises(LabError, match="udp: sockets knows hang, none, refuse, not error"):
        await receiver.set_trouble(Trouble.ERROR)


async def test_unix_takes_datagrams_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "in.sock"
    receiver = UnixReceiver("one", UnixAddress(str(path)))
    await receiver.start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x" * 100_000, str(path))
    await until(lambda: list(receiver.received) == [b"x" * 100_000])
    await receiver.stop()
    assert not path.exists()


async def test_unix_takes_over_what_a_dead_receiver_left(tmp_path: Path) -> None:
    path = tmp_path / "in.sock"
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(path))
    receiver = UnixReceiver("one", UnixAddress(str(path)))
    with pytest.raises(LabError, match="address already in use"):
        await receiver.start()
    assert path.exists(), "somebody reads it"
    left.close()
    await receiver.start()
    assert receiver.is_running
    await receiver.stop()


async def test_unix_does_not_remove_a_file_that_is_no_socket(tmp_path: Path) -> None:
    path = tmp_path / "in.sock"
    path.write_text("precious")
    receiver = UnixReceiver("one", UnixAddress(str(path)))
    with pytest.raises(LabError, match="receiver one cannot listen on unix:"):
        await receiver.start()
    await receiver.stop()
    assert path.read_text() == "precious"


async def test_only_the_last_payloads_are_kept() -> None:
    receiver = UdpReceiver("one", UdpAddress("127.0.0.1", 0))
    await receiver.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(250):
            sender.sendto(b"%d" % number, ("127.0.0.1", receiver.address.port))
    await until(lambda: receiver.counters.received == 250)
    assert list(receiver.received) == [b"%d" % number for number in range(50, 250)]
    await receiver.stop()
