"""`rabbitmq:`: events published to an exchange of an AMQP 0-9-1 broker, each confirmed by it.

Every target has a channel of its own; targets with the same broker and login share the connection. Confirms are
pipelined: a run is published as a whole, and settled by ranges as the broker confirms it. What OpenSIPS does:
docs/event-interface.md, 2.6.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from pika import BasicProperties, DeliveryMode
from pika.channel import Channel
from pika.exceptions import ChannelClosedByBroker
from pika.spec import Basic
from pydantic import Field

from engine.address import RabbitmqAddress
from engine.run import DELIVERED, SENT, Outcome, Run, failed
from engine.transports.base import Connection, ConnectionState, TransportContext, TransportOptions
from engine.transports.connected import ConnectedTransport
from engine.transports.outbox import Entry
from engine.transports.rabbitmq.confirms import Confirms
from engine.transports.rabbitmq.connection import (
    Broker,
    SharedConnection,
    close_channel,
    confirm_mode,
    shared_connection,
)
from engine.transports.rabbitmq.errors import BrokerError, is_ours, words_of
from engine.transports.rabbitmq.frames import Publisher
from engine.transports.rabbitmq.outcomes import (
    CLOSED_UNCONFIRMED,
    MAYBE_TAKEN,
    blocking,
    refused,
    returned,
    unconfirmed,
)
from engine.transports.rabbitmq.tls import TlsDomain, domain_named
from engine.transports.settlement import refuse_unencodable
from engine.transports.sockets import knock
from engine.wire.jsonrpc import JsonRpcFormat

PERSISTENT = DeliveryMode.Persistent
"""AMQP's delivery mode of a message that the broker writes to disk."""


class RabbitmqOptions(TransportOptions):
    """Settings of `rabbitmq:`."""

    sync_mode: bool = Field(
        True,
        description="Wait until the broker confirms each event; off: an event counts as sent once it is handed over, "
        "and neither a loss on the way nor a missing queue is noticed.",
    )
    connect_timeout: int = Field(
        500, gt=0, le=600_000, description="Limit for connecting, login and channel together, in milliseconds."
    )
    heartbeat: int = Field(
        30,
        ge=0,
        le=65535,
        description="Seconds between signs of life on a connection, idle or not; a broker that gives none for twice as "
        "long counts as lost. A lower one that the broker offers counts. 0 is off, OpenSIPS' default.",
    )
    use_tls: bool = Field(
        False, description="TLS also for sockets without a tls_domain, trusting the system's authorities."
    )
    tls_domains: dict[str, TlsDomain] = Field(
        default_factory=dict, description="Certificates, by the name that `tls_domain=` of a socket gives."
    )


class RabbitmqEntry(Entry):
    """A run that was not published yet, and when it must have been (loop time)."""

    __slots__ = ("deadline",)

    def __init__(self, run: Run, deadline: float) -> None:
        super().__init__(run)
        self.deadline = deadline


class RabbitmqTransport(ConnectedTransport[RabbitmqEntry]):
    """`rabbitmq:[user[:password]@]host[:port]/[params?]routing-key`."""

    Options: ClassVar[type[TransportOptions]] = RabbitmqOptions
    doubt: ClassVar[str] = MAYBE_TAKEN
    closed_in_flight: ClassVar[Outcome] = CLOSED_UNCONFIRMED

    def __init__(self, address: RabbitmqAddress, options: RabbitmqOptions, context: TransportContext) -> None:
        """Raises SwitchboardError when the address names a TLS domain that there is not."""
        super().__init__("rabbitmq", address.host, address.port, options, context)
        self.wire_format = JsonRpcFormat()
        self._address = address
        self._options = options
        self._properties = BasicProperties(delivery_mode=PERSISTENT) if address.persistent else BasicProperties()
        self._broker = _broker(address, options)
        self._shared: SharedConnection | None = None
        self._channel: Channel | None = None
        self._publisher: Publisher | None = None
        """Makes the frames for the present channel."""
        self._confirms = Confirms()
        self._refused = refused(address)
        self._unblocked_at = 0.0
        """What was published before it (loop time) may have met a broker that read nothing."""

    @classmethod
    def failure_blindness(cls, address: RabbitmqAddress, options: RabbitmqOptions) -> str | None:  # noqa: ARG003
        """With confirms, none; without them the broker says nothing of what it did not take."""
        if options.sync_mode:
            return None
        return (
            "rabbitmq without sync_mode cannot tell that the broker did not take an event or that no queue is bound; "
            "set transports.rabbitmq.sync_mode"
        )

    @property
    def connection(self) -> Connection:
        """The state of the channel and of the connection below it."""
        connection = self._supervisor.connection
        shared = self._shared
        if shared is None or shared.blocked is None or connection.state is not ConnectionState.UP:
            return connection
        return replace(connection, blocked=blocking(shared.blocked), blocked_since=shared.blocked_since)

    async def close(self, deadline_s: float) -> None:
        """As every transport; then leave the connection, which others may use."""
        await super().close(deadline_s)
        if self._shared is not None:
            await self._shared.leave(self)

    # Connecting

    async def _connect(self) -> None:
        """Have a connection, this target's own channel on it, and confirms on that."""
        endpoints = await self._resolver.endpoints()
        if self._shared is None:
            self._shared = shared_connection(self._broker)
            self._shared.join(self)
        if self._supervisor.connection.error is not None and not self._shared.is_open:
            await knock(endpoints)  # an attempt of pika's costs milliseconds, a refusal alone next to nothing
        channel = await self._shared.open_channel(endpoints, self._connect_timeout_s)
        confirms = Confirms()
        try:
            if self._options.sync_mode:
                await confirm_mode(channel, partial(self._on_answer, confirms))
        except asyncio.CancelledError:
            close_channel(channel)
            raise
        if not channel.is_open:
            raise BrokerError("the channel was closed as soon as it was open")
        channel.add_on_return_callback(partial(self._on_return, confirms))
        channel.add_on_close_callback(self._on_channel_closed)
        self._channel, self._confirms = channel, confirms

    def _on_channel_closed(self, channel: Channel, error: Exception) -> None:
        """The broker closed the channel, or the connection went with all its channels."""
        if channel is self._channel:
            # Where the broker closes the channel alone, that answers what was published: no sign that it was away.
            self._lose(words_of(error), has_given_up=is_ours(error) or isinstance(error, ChannelClosedByBroker))

    def _disconnect(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            close_channel(channel)

    def _has_in_flight(self) -> bool:
        return bool(self._confirms)

    def _fail_in_flight(self, outcome: Outcome) -> None:
        self._confirms.fail_all(outcome)

    # Publishing

    @property
    def _blocked(self) -> str | None:
        return None if self._shared is None else self._shared.blocked

    def blocking_changed(self) -> None:
        """Tell those who wait, so that they may go elsewhere; once the broker takes publishes again, go on."""
        self._context.changed()
        if self._blocked is None:
            self._unblocked_at = asyncio.get_running_loop().time()
            if self._supervisor.connection.state is ConnectionState.DOWN:
                self._supervisor.demand(at_once=True)  # no channel could be had of a broker that reads nothing
        self._pump()

    def _entry(self, run: Run) -> RabbitmqEntry:
        return RabbitmqEntry(run, asyncio.get_running_loop().time() + self._timeout_s)

    def _hand_over(self, entry: RabbitmqEntry) -> bool:
        """Publish a run, which is then in flight as a whole; False when it must wait for the broker or a channel."""
        channel = self._channel
        if channel is None or self._blocked is not None or not channel.is_open:
            return False
        self._outbox.entries.popleft()
        self._publish(channel, entry.run)
        return True

    def _publish(self, channel: Channel, run: Run) -> None:
        payloads = run.batch.payloads(self.wire_format)
        refuse_unencodable(run, payloads.failures)
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        for positions in run.open_stretches():
            bodies = payloads.parts(run.indices[positions.start : positions.stop])
            if self._options.sync_mode:
                self._confirms.add(run, positions, payloads, deadline)
            self._write(channel, bodies)
            if not self._options.sync_mode:
                run.settle(positions, SENT)

    def _write(self, channel: Channel, bodies: list[memoryview]) -> None:
        """Give messages to the connection, which writes them as the broker reads."""
        publisher = self._publisher
        if publisher is None or publisher.channel is not channel:
            publisher = self._publisher = Publisher(
                channel,
                self._address.exchange,
                self._address.routing_key,
                self._properties,
                mandatory=self._options.sync_mode,
            )
        publisher.publish(bodies)

    # Hearing

    def _on_answer(self, confirms: Confirms, frame: Any) -> None:
        """Note a confirm or a refusal; those that come together are settled together."""
        answer: Basic.Ack | Basic.Nack = frame.method
        outcome = DELIVERED if isinstance(answer, Basic.Ack) else self._refused
        if confirms.answered(int(answer.delivery_tag or 0), is_multiple=bool(answer.multiple), outcome=outcome):
            asyncio.get_running_loop().call_soon(self._flush, confirms)

    def _flush(self, confirms: Confirms) -> None:
        self._outbox.hold_while(confirms.flush)
        self._pump()

    def _on_return(self, confirms: Confirms, _channel: Channel, method: Basic.Return, _props: Any, body: bytes) -> None:
        """No queue took a message; its confirm is still to come, and settles it."""
        if confirms is not self._confirms:
            return  # its events ended when that channel was given up
        if not confirms.returned(body, returned(self._address, method)):
            self._lose("the broker returned a message that was not published here", has_given_up=True)

    # Deadlines: of the oldest publish and, while the broker is blocking, of what waits

    def _next_deadline(self) -> float | None:
        entries = self._outbox.entries
        waiting = entries[0].deadline if entries and self._supervisor.is_up else None
        confirm = self._confirms.next_deadline
        return confirm if waiting is None else waiting if confirm is None else min(waiting, confirm)

    def _expire(self, now: float) -> None:
        confirm = self._confirms.next_deadline
        if confirm is not None and confirm <= now:
            late = f"no confirmation within {self._options.timeout} ms"
            if (excuse := self._excuse(confirm)) is None:
                self._lose(late, has_given_up=True)
                return
            self._outbox.hold_while(partial(self._confirms.fail_overdue, now, unconfirmed(f"{late}: {excuse}")))
        late = f"not handed to the broker within {self._options.timeout} ms"
        self._fail_overdue(now, failed(late if self._blocked is None else blocking(self._blocked)))
        self._pump()

    def _excuse(self, deadline: float) -> str | None:
        """Why what should have been confirmed by `deadline` says nothing about the channel: the broker read nothing."""
        if self._blocked is not None:
            return blocking(self._blocked)
        return "the broker was blocking publishers" if deadline - self._timeout_s <= self._unblocked_at else None

    def _fail_overdue(self, now: float, outcome: Outcome) -> None:
        """Fail what has waited too long, in practice for a broker that takes no publishes."""
        entries = self._outbox.entries
        overdue = []
        while entries and entries[0].deadline <= now:
            overdue.append(entries.popleft())
        for entry in overdue:
            entry.end(entry.rest, outcome)
        self._outbox.notify_if_quiet()


def _broker(address: RabbitmqAddress, options: RabbitmqOptions) -> Broker:
    """The broker and login of an address; without a password it is "guest" (docs/event-interface.md, 2.6).

    Raises:
        SwitchboardError: the address names a TLS domain that there is not.
    """
    password = "guest" if address.password is None else address.password
    tls = domain_named(address.tls_domain, options.tls_domains, is_tls_wanted=options.use_tls)
    return Broker(address.host, address.port, address.user, password, address.vhost, options.heartbeat, tls)
