"""The lab: all receivers of a configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.address import MemberAddress, parse_member
from engine.config.model import LabSettings, ReceiverSettings
from engine.lab.datagram import UdpReceiver, UnixReceiver
from engine.lab.endpoint import endpoint_of
from engine.lab.receiver import LabError, Receiver, Trouble
from engine.lab.stream import TcpReceiver
from engine.lab.xmlrpc import XmlRpcReceiver

RECEIVERS: Mapping[str, Callable[[str, Any], Receiver]] = MappingProxyType(
    {"udp": UdpReceiver, "unix": UnixReceiver, "tcp": TcpReceiver, "xmlrpc": XmlRpcReceiver}
)
"""By the prefix of the sockets that they receive for, whose kinds say `is_received`."""

SLOW_S = 0.5
"""How long a receiver waits before it answers when it is made slow by its name."""


class Lab:
    """Starts and stops the receivers, and knows which one is behind a member.

    Raises:
        SwitchboardError: a receiver's socket does not parse, or is of a kind that nobody receives.
    """

    def __init__(self, settings: LabSettings) -> None:
        self.receivers: tuple[Receiver, ...] = tuple(map(_receiver, settings.receivers))

    async def start(self) -> None:
        """Start all receivers, or none.

        Raises:
            LabError: one of them cannot listen.
        """
        try:
            for receiver in self.receivers:
                await receiver.start()
        except LabError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop all receivers."""
        for receiver in self.receivers:
            await receiver.stop()

    def receiver_of(self, address: MemberAddress) -> Receiver | None:
        """The receiver that listens where a member sends: same kind, host and port, or path. Methods do not matter."""
        wanted = endpoint_of(address)
        return next((one for one in self.receivers if wanted is not None and endpoint_of(one.address) == wanted), None)

    async def toggle(self, receiver: Receiver) -> None:
        """Stop a receiver that runs, or start one that does not.

        Raises:
            LabError: it cannot listen again.
        """
        if receiver.is_running:
            await receiver.stop()
        else:
            await receiver.start()

    async def set_trouble(self, receiver: Receiver, name: str) -> None:
        """Have a receiver do wrong what `name` says; `none` heals it.

        Raises:
            LabError: there is no such fault, this kind of receiver cannot have it, or it cannot listen again.
        """
        if name not in tuple(Trouble):
            raise LabError(f"unknown trouble {name!r}; there are {', '.join(Trouble)}")
        trouble = Trouble(name)
        await receiver.set_trouble(trouble, SLOW_S if trouble is Trouble.SLOW else 0.0)


def _receiver(settings: ReceiverSettings) -> Receiver:
    address = parse_member(settings.socket)
    kind = RECEIVERS.get(address.scheme)
    if kind is None:
        raise LabError(f"receiver {settings.name}: nobody can receive for {address.scheme}: sockets")
    return kind(settings.name, address)
