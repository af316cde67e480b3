"""The lab as a whole: all or nothing at the start, and which receiver is behind a member."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from engine.address import parse_member, usable_kinds
from engine.config.model import LabSettings, ReceiverSettings
from engine.lab import Lab, LabError
from engine.lab.lab import RECEIVERS


def lab_of(**sockets: str) -> Lab:
    return Lab(LabSettings(receivers=tuple(ReceiverSettings(name=name, socket=text) for name, text in sockets.items())))


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_all_start_and_stop(tmp_path: Path) -> None:
    lab = lab_of(
        a=f"udp:127.0.0.1:{free_port(socket.SOCK_DGRAM)}",
        b=f"tcp:127.0.0.1:{free_port()}",
        c=f"xmlrpc:127.0.0.1:{free_port()}:notify",
        d=f"unix:{tmp_path}/in.sock",
    )
    await lab.start()
    assert [receiver.is_running for receiver in lab.receivers] == [True] * 4
    await lab.stop()
    assert [receiver.is_running for receiver in lab.receivers] == [False] * 4


async def test_none_starts_when_one_cannot(tmp_path: Path) -> None:
    lab = lab_of(a=f"udp:127.0.0.1:{free_port(socket.SOCK_DGRAM)}", b=f"unix:{tmp_path}/missing/in.sock")
    with pytest.raises(LabError, match=r"receiver b cannot listen on unix:.*: no such file or directory"):
        await lab.start()
    assert not any(receiver.is_running for receiver in lab.receivers)


async def test_toggle_stops_and_starts(tmp_path: Path) -> None:
    lab = lab_of(a=f"unix:{tmp_path}/in.sock")
    await lab.start()
    receiver = lab.receivers[0]
    states = []
    for _ in range(2):
        await lab.toggle(receiver)
        states.append(receiver.is_running)
    assert states == [False, True]
    await lab.stop()


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("udp:127.0.0.1:9000", "u"),
        ("tcp:127.0.0.1:9000", "t"),
        ("tcp:127.0.0.1:9000/method", "t"),
        ("xmlrpc:127.0.0.1:9001/path:other", "x"),
        ("unix:/run/a.sock", "s"),
        ("udp:[0:0::1]:9", "six"),
        ("udp:127.0.0.1:9001", None),
        ("flatstore:/tmp/a", None),
        ("rabbitmq:127.0.0.1/q", None),
    ],
)
def test_the_receiver_of_a_member_is_the_one_that_listens_where_it_sends(member: str, name: str | None) -> None:
    lab = lab_of(
        u="udp:127.0.0.1:9000",
        t="tcp:127.0.0.1:9000",
        x="xmlrpc:127.0.0.1:9001:notify",
        s="unix:/run/a.sock",
        six="udp:[::1]:9",
    )
    found = lab.receiver_of(parse_member(member))
    assert (found and found.name) == name


def test_a_socket_that_nobody_can_receive_for_is_refused() -> None:
    with pytest.raises(LabError, match="receiver f: nobody can receive for flatstore: sockets"):
        lab_of(f="flatstore:/tmp/x")


def test_there_are_receivers_for_the_kinds_that_say_so() -> None:
    assert set(RECEIVERS) == {kind.scheme for kind in usable_kinds() if kind.is_received}
