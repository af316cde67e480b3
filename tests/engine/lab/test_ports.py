"""Free ports for a demo: what is taken moves, and everything that sends there follows."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from engine.address import PolicyName, TcpAddress, UdpAddress, XmlRpcAddress, parse_member
from engine.config.model import LabSettings, MiSettings, ReceiverSettings, Settings, SubscriptionSettings
from engine.lab import Lab, prepare_ports


@contextmanager
def taken(*kinds: socket.SocketKind) -> Iterator[list[int]]:
    """Ports that somebody listens on."""
    with ExitStack() as stack:
        ports = []
        for kind in kinds:
            one = stack.enter_context(socket.socket(socket.AF_INET, kind))
            one.bind(("127.0.0.1", 0))
            if kind == socket.SOCK_STREAM:
                one.listen()
            ports.append(one.getsockname()[1])
        yield ports


def settings_for(udp: int, tcp: int, xmlrpc: int, mi: int) -> Settings:
    receivers = (
        ReceiverSettings(name="u", socket=f"udp:127.0.0.1:{udp}"),
        ReceiverSettings(name="t", socket=f"tcp:127.0.0.1:{tcp}"),
        ReceiverSettings(name="x", socket=f"xmlrpc:127.0.0.1:{xmlrpc}:notify"),
    )
    subscriptions = (
        SubscriptionSettings(
            event="E_A",
            socket=f"virtual:FAILOVER tcp:127.0.0.1:{tcp}/m rabbitmq:u:secret@127.0.0.1/q udp:127.0.0.1:{udp}",
        ),
        SubscriptionSettings(
            event="E_B",
            policy=PolicyName.ROUND_ROBIN,
            members=(f"xmlrpc:127.0.0.1:{xmlrpc}/p:other", "udp:127.0.0.2:9"),
        ),
        SubscriptionSettings(event="E_C", socket=f"tcp:127.0.0.1:{udp}"),
    )
    lab = LabSettings(receivers=receivers)
    return Settings(subscriptions=subscriptions, lab=lab, mi=MiSettings(http=f"127.0.0.1:{mi}"))


async def test_nothing_changes_while_all_ports_are_free() -> None:
    with taken(socket.SOCK_DGRAM, *[socket.SOCK_STREAM] * 3) as ports:
        settings = settings_for(*ports)
    assert await prepare_ports(settings) == (settings, ())


async def test_taken_ports_move_everywhere() -> None:
    with taken(socket.SOCK_DGRAM, *[socket.SOCK_STREAM] * 3) as ports:
        prepared, changes = await prepare_ports(settings_for(*ports))
        assert [(change.what, change.wanted) for change in changes] == list(
            zip(["u", "t", "x", "MI"], ports, strict=True)
        )
        assert {change.reason for change in changes} == {"address already in use"}
        udp, tcp, xmlrpc, mi = (change.used for change in changes)
        assert len({udp, tcp, xmlrpc, mi, *ports}) == 8
        assert prepared.lab
        assert [parse_member(one.socket) for one in prepared.lab.receivers] == [
            UdpAddress("127.0.0.1", udp),
            TcpAddress("127.0.0.1", tcp),
            XmlRpcAddress("127.0.0.1", xmlrpc, "notify"),
        ]
        assert prepared.mi
        assert prepared.mi.http == f"127.0.0.1:{mi}"
        first, second, third = prepared.subscriptions
        assert first.socket == (
            f"virtual:FAILOVER tcp:127.0.0.1:{tcp}/m rabbitmq:u:secret@127.0.0.1:5672/q udp:127.0.0.1:{udp}"
        )
        assert second.members == (f"xmlrpc:127.0.0.1:{xmlrpc}/p:other", "udp:127.0.0.2:9")
        assert third.socket == f"tcp:127.0.0.1:{ports[0]}", "the same number, but another kind of socket"
        lab = Lab(prepared.lab)
        await lab.start()
        await lab.stop()


async def test_settings_without_a_lab_stay_as_they_are() -> None:
    settings = Settings(subscriptions=(SubscriptionSettings(event="E", socket="udp:127.0.0.1:9"),))
    assert await prepare_ports(settings) == (settings, ())
