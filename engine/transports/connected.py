"""What transports with a connection have in common. How to write another: docs/architecture.md."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic

from engine.run import Outcome, Run, failed
from engine.transports.base import Connection, ConnectionState, TransportContext, TransportOptions
from engine.transports.outbox import E, Outbox
from engine.transports.resolver import Resolver
from engine.transports.settlement import CLOSED, CLOSED_UNANSWERED, MAYBE_PROCESSED, refuse_unencodable
from engine.transports.supervisor import Supervisor
from engine.wire.payloads import WireFormat


class ConnectedTransport(ABC, Generic[E]):
    """One target's supervisor, resolver and outbox, and how they work together."""

    Options: ClassVar[type[TransportOptions]]
    payload_max: int | None = None
    wire_format: WireFormat

    doubt: ClassVar[str] = MAYBE_PROCESSED
    """Said of an event that was handed over and has no answer: another member may then get it as well."""
    closed_in_flight: ClassVar[Outcome] = CLOSED_UNANSWERED
    """What `close` gives to such an event."""

    def __init__(self, scheme: str, host: str, port: int, options: TransportOptions, context: TransportContext) -> None:
        self._context = context
        self._timeout_s = options.timeout / 1000
        self._connect_timeout_s = options.connect_timeout / 1000
        self._has_given_up = False
        """Set while a connection is given up that the peer did not end."""
        self._resolver = Resolver(host, port, socket.SOCK_STREAM, context.tasks)
        self._outbox: Outbox[E] = Outbox(
            self._hand_over,
            has_in_flight=self._has_in_flight,
            next_deadline=self._next_deadline,
            expire=self._expire,
            on_empty=self._stop_waiting,
        )
        self._pump = self._outbox.pump
        self._supervisor = Supervisor(
            f"{scheme} {host}:{port}",
            context,
            self._connect,
            peer=context.peers.at(host, port),
            connect_timeout_s=self._connect_timeout_s,
            on_up=self._on_up,
            on_down=self._on_down,
        )

    @property
    def connection(self) -> Connection:
        """The state of the connection."""
        return self._supervisor.connection

    def start(self, run: Run) -> None:
        """Hand a run over behind those that were started before it, connecting first where that is needed."""
        outbox = self._outbox
        if outbox.is_closed:
            run.settle_all(CLOSED)
            return
        connection = self._supervisor.connection
        if connection.state is ConnectionState.DOWN and not run.connect_now:
            refuse_unencodable(run, run.batch.payloads(self.wire_format).failures)
            run.settle_all(failed(connection.error or "no connection", unsent=True))
            return
        outbox.entries.append(self._entry(run))
        if connection.state is ConnectionState.UP:
            self._pump()
        else:
            self._supervisor.demand(at_once=True)

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Take back what was not handed over. An event of which the peer may have a part ends by itself."""
        self._outbox.withdraw(is_wanted, outcome)

    def demand(self) -> None:
        """Connect now, if there is no connection."""
        self._supervisor.demand()

    async def reopen(self) -> None:
        """Connect anew, as soon as nothing is on its way; after `timeout` in any case."""
        await self._outbox.until_quiet(self._timeout_s)
        if self._supervisor.is_up:
            self._lose("connecting anew", has_given_up=True)
            self._supervisor.demand(at_once=True)

    async def close(self, deadline_s: float) -> None:
        """Give what waits or is in flight `deadline_s` seconds to end, settle the rest and disconnect."""
        self._outbox.is_closed = True
        await self._outbox.until_quiet(deadline_s)
        await self._supervisor.close()
        self._resolver.close()
        self._hang_up()
        self._fail_all(self.closed_in_flight, CLOSED)

    # What a transport writes

    @abstractmethod
    def _entry(self, run: Run) -> E:
        """What stands in the outbox for a run."""

    @abstractmethod
    async def _connect(self) -> None:
        """Connect, or raise why not. The supervisor limits the time (`connect_timeout`)."""

    @abstractmethod
    def _hand_over(self, entry: E) -> bool:
        """Hand over the first entry as far as it goes now. Whether the next one may follow (`Outbox`)."""

    @abstractmethod
    def _has_in_flight(self) -> bool:
        """Whether something that was handed over has no outcome yet."""

    @abstractmethod
    def _fail_in_flight(self, outcome: Outcome) -> None:
        """Settle all of that."""

    @abstractmethod
    def _disconnect(self) -> None:
        """Let go of the connection, if there is one."""

    def _on_up(self) -> None:
        """There is a connection: go on with what waits."""
        self._pump()

    def _next_deadline(self) -> float | None:
        """The loop time at which something that waits or is in flight takes too long; None when nothing can."""
        return None

    def _expire(self, now: float) -> None:
        """That time has come."""

    def _stop_waiting(self) -> None:
        """Nothing is left in the outbox: wait no more for the peer to read."""

    # Losing the connection

    def _lose(self, reason: str, *, has_given_up: bool = False) -> None:
        """Everything open fails, and the supervisor connects anew. `has_given_up`: the peer did not end it."""
        self._has_given_up = has_given_up
        self._hang_up()
        self._supervisor.lost(reason, is_ours=has_given_up)
        self._has_given_up = False

    def _hang_up(self) -> None:
        self._outbox.disarm()
        self._disconnect()

    def _on_down(self, reason: str) -> None:
        in_flight = failed(f"{reason}; {self.doubt}", maybe_taken=True, cut_off=not self._has_given_up)
        self._fail_all(in_flight, failed(reason, unsent=True))

    def _fail_all(self, in_flight: Outcome, waiting: Outcome) -> None:
        """Settle everything open; what that starts in turn belongs to the next connection."""
        entries = self._outbox.empty()
        self._fail_in_flight(in_flight)
        for entry in entries:
            entry.end(entry.rest, waiting)
        self._outbox.notify_if_quiet()
