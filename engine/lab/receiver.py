"""What every receiver of the lab has: a place to listen, what it received, and a fault on demand."""

from __future__ import annotations

import socket
import struct
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from engine.address import MemberAddress, printed
from engine.errors import SwitchboardError
from engine.transports.reasons import reason_of

KEPT_PAYLOADS = 200
"""The last payloads that a receiver keeps to be looked at."""


class LabError(SwitchboardError):
    """A receiver that cannot listen, or cannot have the fault that was asked for."""


class Trouble(StrEnum):
    """What a receiver does wrong on demand."""

    NONE = "none"
    REFUSE = "refuse"  # stopped: nobody listens
    HANG = "hang"  # takes connections, but reads and answers nothing
    ERROR = "error"  # answers an error
    SLOW = "slow"  # answers after `delay_s`
    RESET = "reset"  # breaks the connection as soon as something comes


@dataclass(slots=True)
class Counters:
    """What a receiver saw since it was made; stopping and starting keeps them."""

    received: int = 0
    """Payloads."""
    received_bytes: int = 0
    answered: int = 0
    """Answers that said the payload is fine."""
    errors: int = 0
    """Answers that said it is not, because of a fault on demand or a payload that made no sense."""
    connections: int = 0


class Receiver(ABC):
    """Something real that listens where a member sends. It comes back at the same address after a stop."""

    troubles: ClassVar[frozenset[Trouble]] = frozenset(Trouble)
    """The faults that this kind can have."""

    def __init__(self, name: str, address: MemberAddress) -> None:
        self.name = name
        self.address: MemberAddress = address
        """Where it listens. A port 0, which tests use, becomes the real one at the first start."""
        self.received: deque[bytes] = deque(maxlen=KEPT_PAYLOADS)
        self.counters = Counters()
        self.trouble = Trouble.NONE
        self.delay_s = 0.0
        """Seconds before an answer while `trouble` is SLOW."""

    @property
    @abstractmethod
    def is_running(self) -> bool:
        """Whether it listens."""

    async def start(self) -> None:
        """Listen. Harmless when it does already.

        Raises:
            LabError: the address cannot be had; the text says why.
        """
        if self.is_running:
            return
        if self.trouble is Trouble.REFUSE:
            self.trouble = Trouble.NONE
        try:
            await self._open()
        except OSError as error:
            await self._shut()
            where = printed(self.address)
            raise LabError(f"receiver {self.name} cannot listen on {where}: {reason_of(error)}") from error

    async def stop(self) -> None:
        """Listen no more and break what is connected, as if the process had died. Harmless when it is stopped."""
        await self._shut()

    async def set_trouble(self, trouble: Trouble, delay_s: float = 0.0) -> None:
        """Have this fault from now on, for what is connected already too. REFUSE stops, everything else starts.

        Args:
            trouble: the fault; NONE heals.
            delay_s: seconds before an answer, for SLOW.

        Raises:
            LabError: this kind of receiver cannot have that fault, or cannot listen again.
        """
        if trouble not in self.troubles:
            able = ", ".join(sorted(self.troubles))
            raise LabError(f"a receiver for {self.address.scheme}: sockets knows {able}, not {trouble}")
        self.trouble, self.delay_s = trouble, delay_s
        if trouble is Trouble.REFUSE:
            await self.stop()
            return
        await self.start()
        self._apply_trouble()

    def _take(self, payload: bytes) -> None:
        self.received.append(payload)
        self.counters.received += 1
        self.counters.received_bytes += len(payload)

    def _apply_trouble(self) -> None:
        """Let what is open already feel a changed `trouble`."""
        return

    @abstractmethod
    async def _open(self) -> None:
        """Listen at `address`, and put the real port into it."""

    @abstractmethod
    async def _shut(self) -> None:
        """Close everything; also what a failed `_open` left."""


def break_off(connection: socket.socket) -> None:
    """Make the close of a connection a reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
