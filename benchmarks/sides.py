"""What is measured: a side sends events to peers. One is the engine, the others are bare loops for the same work."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Peers(NamedTuple):
    """Where a side sends."""

    kind: str
    """The kind of receivers, or `file` or `rabbitmq`."""
    sockets: tuple[str, ...]
    """Socket texts of the members, in order."""
    ports: tuple[int, ...]
    """Ports on 127.0.0.1, in the same order; empty for files."""
    path: str = ""
    """The file, where there is one."""


class Side(Protocol):
    """One way to do the work."""

    async def open(self, peers: Peers) -> None:
        """Connect."""

    async def send(self, first: int, count: int) -> None:
        """Build, encode and send events `first` to `first + count - 1`; returns when all are settled."""

    async def close(self) -> None:
        """Let everything go; what was sent has left then."""
