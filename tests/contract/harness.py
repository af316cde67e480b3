"""What the contract suite needs of a transport and its real peer. Each kind of transport has a harness of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from engine.event import Event
from engine.transports.base import Transport, TransportContext

EVENT = "E_CONTRACT"


def numbered(numbers: Iterable[int], padding: int = 0) -> list[Event]:
    """Events that carry their number in the parameter `n`, each about `padding` bytes long."""
    text = "x" * padding
    return [Event(EVENT, (("n", number), ("text", text))) for number in numbers]


class Harness(ABC):
    """One transport kind with a peer that can die, hang and come back, always at the same address.

    A subclass is listed in the `HARNESSES` of its module, and the module in `test_contract.MODULES`. The suite makes a
    new one for each test, with an empty directory of its own, calls `start` first and `close` last.
    """

    name: ClassVar[str]
    """Shown as the test's id."""

    group: ClassVar[str | None] = None
    """What has all tests of this harness in one process; None where any may have them."""

    confirms: ClassVar[bool] = False
    """Whether a success is DELIVERED (the peer said so) or only SENT."""

    is_lossy: ClassVar[bool] = False
    """Whether a living peer may miss what was SENT (udp, with a full receive buffer)."""

    window: ClassVar[int] = 1024
    """Events that the suite lets be on their way before it waits for their arrival."""

    no_hang: ClassVar[str | None] = None
    """Why a peer that hangs cannot be noticed; None when it can."""

    holds_back: ClassVar[bool] = True
    """Whether the last third of `hang_events` is still with the transport, and no part of it with the kernel, while the
    peer hangs."""

    hang_padding: ClassVar[int] = 0
    """Bytes in each event sent to a hanging peer, where buffers must be filled before the hang shows."""

    hang_events: ClassVar[int] = 600
    """How many events are sent to a hanging peer. The last of them at least must fail."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @classmethod
    def unavailable(cls) -> str | None:
        """Why this machine cannot run this harness (a broker that is not installed); None when it can."""
        return None

    @abstractmethod
    async def start(self) -> None:
        """Have a healthy peer at the address: at first, after `stop` and after `hang`."""

    @abstractmethod
    async def stop(self) -> None:
        """Let the peer die: connections break, its address refuses. Harmless when it is dead already.

        After it, the harness has no task running.
        """

    async def hang(self) -> None:
        """Let the peer go on living without taking or answering anything. Only called where `no_hang` is None."""
        raise NotImplementedError

    async def resume(self) -> None:
        """Let a peer that hangs go on where it stopped."""
        raise NotImplementedError

    async def close(self) -> None:
        """Stop the peer and release everything."""
        await self.stop()

    @abstractmethod
    def transport(self, context: TransportContext, *, timeout_ms: int) -> Transport:
        """A transport to the peer, with this limit for a confirmation or an answer."""

    @abstractmethod
    def received(self) -> list[int]:
        """The numbers (`n`) of all events that every incarnation of the peer took so far, in order of arrival."""

    def refused_event(self, number: int) -> Event | None:
        """An event that this transport refuses on the event's own account (oversize, not encodable); None if none."""
        return None
