"""Datagram transports, made and closed for one test, and what they are tested with."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from engine.address import UdpAddress, UnixAddress
from engine.event import Event
from engine.run import Fault, Outcome
from engine.transports.base import TransportContext
from engine.transports.datagram import udp
from engine.transports.datagram.transport import DatagramOptions
from engine.transports.datagram.udp import UdpTransport
from engine.transports.datagram.unix import UnixTransport
from tests.engine.transports.scripted import ScriptedSocket

Make = Callable[..., Any]


def events(count: int, text: str = "") -> list[Event]:
    """Numbered events."""
    return [Event("E_TEST", (("n", number), ("text", text))) for number in range(count)]


def letters(outcomes: list[Outcome | None]) -> str:
    """One letter an event: s(ent), m(ember failure), e(vent failure), x (engine), - none."""
    by_fault = {Fault.MEMBER: "m", Fault.EVENT: "e", Fault.ENGINE: "x", None: "s"}
    return "".join("-" if outcome is None else by_fault[outcome.fault] for outcome in outcomes)


def bound(family: int = socket.AF_INET, address: Any = ("127.0.0.1", 0)) -> socket.socket:
    """A receiver."""
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind(address)
    made.setblocking(False)
    return made


def numbers(receiver: socket.socket) -> list[int]:
    """What a receiver has in its queue."""
    found = []
    while True:
        try:
            found.append(json.loads(receiver.recv(1 << 20))["params"]["n"])
        except BlockingIOError:
            return found


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Makes transports and closes them."""
    made: list[UdpTransport | UnixTransport] = []

    def build(
        address: UdpAddress | UnixAddress, context: TransportContext | None = None, **options: int
    ) -> UdpTransport | UnixTransport:
        context, checked = context or TransportContext(), DatagramOptions(**options)
        if isinstance(address, UdpAddress):
            made.append(UdpTransport(address, checked, context))
        else:
            made.append(UnixTransport(address, checked, context))
        return made[-1]

    yield build
    for transport in made:
        await transport.close(0.0)


@pytest.fixture
def scripted(make: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[UdpTransport, list[ScriptedSocket]]]:
    """A udp transport whose sockets follow a script, one after the other."""

    def build(*sockets: ScriptedSocket) -> tuple[UdpTransport, list[ScriptedSocket]]:
        left = list(sockets)
        monkeypatch.setattr(udp, "connected_datagram", lambda _endpoint: left.pop(0))
        return make(UdpAddress("127.0.0.1", 9)), left

    return build
