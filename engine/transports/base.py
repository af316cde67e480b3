"""What a transport is: it is given runs, and settles every event of them, now or later, each exactly once.

A transport knows its own protocol and nothing of policies, subscriptions or health. One instance serves one *target*:
members with equal sockets share it. Everything happens on the engine's event loop.

How failures are told apart (docs/architecture.md, two kinds of failure; docs/transports.md, connecting):

- With the connection known to be down, a run fails at once with the last error (`Fault.MEMBER`, `is_unsent`), unless
  it says `connect_now`; while a connect is under way, runs wait for that connect's deadline. Whoever can wait longer
  keeps its events until `Connection` says that it is worth a try.
- What belongs to one event (oversize, not encodable) fails with `Fault.EVENT`; an error that was answered (JSON-RPC
  error, XML-RPC fault, HTTP status, nack) with `Fault.ANSWER`; everything else with `Fault.MEMBER`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field

from engine.clock import Clock, SystemClock
from engine.run import Outcome, Run
from engine.tasks import Tasks
from engine.transports.peers import Peers
from engine.wire.payloads import WireFormat


class TransportOptions(BaseModel):
    """Settings that every transport has. A subclass declares its own, with OpenSIPS' names, a description for each
    field and aliases where OpenSIPS has another word. The configuration checker, the JSON Schema and forms read it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    connect_timeout: int = Field(500, gt=0, le=600_000, description="Limit for connecting, in milliseconds.")
    timeout: int = Field(5000, gt=0, le=600_000, description="Limit for a confirmation or an answer, in milliseconds.")


class ConnectionState(StrEnum):
    """What is known of a target's connection, in the words that the console shows."""

    IDLE = "idle"  # nothing was tried yet, or the protocol has no connection
    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Connection:
    """The state of a target's connection. `error` says why it is down; `retry_at` is monotonic seconds."""

    state: ConnectionState
    error: str | None = None
    retry_at: float | None = None
    down_since: float | None = None
    """Since when there is no connection although one is wanted, failed attempts included; None while up or idle."""
    back_at: float | None = None
    """When the connection came up after the peer had refused or ended it: a sign that the peer is there again. None
    after a loss that was our own decision (nothing answered in time), as a peer that hangs takes connections too."""
    blocked: str | None = None
    """Why the peer takes nothing now although the connection is up, in words; None while it does."""
    blocked_since: float | None = None
    """When the peer said so; None while it takes events."""


IDLE = Connection(ConnectionState.IDLE)


@dataclass(slots=True)
class TransportContext:
    """What the engine lends to a transport."""

    tasks: Tasks = field(default_factory=Tasks)
    clock: Clock = field(default_factory=SystemClock)
    peers: Peers = field(default_factory=Peers)
    """Who else waits for the same endpoint."""
    changed: Callable[[], None] = lambda: None
    """To be called when `connection` changed, so that members and the console notice."""
    raise_event: Callable[[str, tuple[tuple[str, str | int], ...]], None] = lambda _name, _params: None
    """Raises an event of the transport's own, such as E_FLATSTORE_ROTATION."""


class Transport(Protocol):
    """What delivers to one target."""

    Options: ClassVar[type[TransportOptions]]
    """The settings this kind of transport takes."""

    def __init__(self, address: Any, options: Any, context: TransportContext) -> None: ...

    @classmethod
    def failure_blindness(cls, address: Any, options: Any) -> str | None:
        """Why a FAILOVER member of this kind may fail unnoticed, in words for a warning; None when it cannot."""

    @property
    def wire_format(self) -> WireFormat:
        """What events become on the wire, without what the protocol puts around them (ids, headers)."""

    @property
    def payload_max(self) -> int | None:
        """Bytes of the longest payload that fits; None where there is no such limit, or it is not known yet."""

    @property
    def connection(self) -> Connection:
        """The state of the connection; IDLE for protocols without one (datagrams, files)."""

    def start(self, run: Run) -> None:
        """Take a run. Its events are settled now or later, in any order, each exactly once; runs are sent in the
        order in which they were started. Never raises for what the network or the disk does. May settle
        synchronously; must not start anything for an event that it has settled.
        """

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Settle with `outcome` what was not handed over yet of the runs that are wanted back.

        An event of which the kernel has a part, or all, stays where it is. May start runs from within.
        """

    def demand(self) -> None:
        """See whether the peer is there, without an event: connect, where the protocol has a connection, as soon as the
        last attempt is not too fresh (`Peer`)."""

    async def reopen(self) -> None:
        """Let go of the file or connection and take it up anew (log rotation, `evi_flat_rotate`)."""

    async def close(self, deadline_s: float) -> None:
        """Give what is in flight `deadline_s` seconds to end, settle the rest as failed (`Fault.ENGINE`; what was not
        handed over `is_unsent`, the rest `is_maybe_taken`), flush and release everything. Nothing is started after it.
        """
