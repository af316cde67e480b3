"""`rabbitmq:`: events published to an exchange of an AMQP 0-9-1 broker, each confirmed by it.

Every target has a channel of its own; targets with the same broker and login share the connection. Confirms are
pipelined: a run is published as a whole, and settled by ranges as the broker confirms it. What OpenSIPS does:
docs/event-interface.md, 2.6.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, NamedTuple

from pika import BasicProperties, DeliveryMode
from pika.channel import Channel
from pika.exceptions import ChannelClosedByBroker
from pika.spec import Basic
from pydantic import Field

from engine.address import RabbitmqAddress
from engine.run import DELIVERED, SENT, Outcome, Run, failed
from engine.transports.base import Connection, ConnectionState, TransportContext, TransportOptions
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
    blocking,
    refused,
    returned,
    unconfirmed,
    unpublished,
)
from engine.transports.rabbitmq.tls import TlsDomain, domain_named
from engine.transports.resolver import Resolver
from engine.transports.settlement import CLOSED, refuse_unencodable
from engine.transports.sockets import knock
from engine.transports.supervisor import Supervisor
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


class Waiting(NamedTuple):
    """A run that was not published yet, and when it must have been (loop time)."""

    run: Run
    deadline: float


class RabbitmqTransport:
    """`rabbitmq:[user[:password]@]host[:port]/[params?]routing-key`."""

    Options: ClassVar[type[TransportOptions]] = RabbitmqOptions
    payload_max: int | None = None

    def __init__(self, address: RabbitmqAddress, options: RabbitmqOptions, context: TransportContext) -> None:
        """Raises SwitchboardError when the address names a TLS domain that there is not."""
        self._address = address
        self._options = options
        self._context = context
        self.wire_format = JsonRpcFormat()
        self._properties = BasicProperties(delivery_mode=PERSISTENT) if address.persistent else BasicProperties()
        self._resolver = Resolver(address.host, address.port, socket.SOCK_STREAM, context.tasks)
        self._supervisor = Supervisor(
            f"rabbitmq {address.host}:{address.port}",
            context,
            self._connect,
            peer=context.peers.at(address.host, address.port),
            connect_timeout_s=options.connect_timeout / 1000,
            on_up=self._pump,
            on_down=self._on_down,
        )
        self._timeout_s = options.timeout / 1000
        self._broker = _broker(address, options)
        self._shared: SharedConnection | None = None
        self._channel: Channel | None = None
        self._publisher: Publisher | None = None
        """Makes the frames for the present channel."""
        self._confirms = Confirms()
        self._refused = refused(address)
        self._unblocked_at = 0.0
        """What was published before it (loop time) may have met a broker that read nothing."""
        self._queue: deque[Waiting] = deque()
        self._has_given_up = False
        """Set while a channel is given up that the broker did not end."""
        self._is_held = False
        """Set while outcomes are told: runs that these start must wait their turn."""
        self._timer: asyncio.TimerHandle | None = None
        self._quiet: asyncio.Future[None] | None = None
        self._is_closed = False

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

    def start(self, run: Run) -> None:
        """Publish a run, behind those that were started before it."""
        if self._is_closed:
            run.settle_all(CLOSED)
            return
        connection = self._supervisor.connection
        if connection.state is ConnectionState.DOWN and not run.connect_now:
            refuse_unencodable(run, run.batch.payloads(self.wire_format).failures)
            run.settle_all(unpublished(connection.error or "no connection"))
            return
        self._queue.append(Waiting(run, asyncio.get_running_loop().time() + self._timeout_s))
        if connection.state is ConnectionState.UP:
            self._pump()
        else:
            self._supervisor.demand(at_once=True)

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Take back what was not published."""
        taken = [one.run for one in self._queue if is_wanted(one.run)]
        self._queue = deque(one for one in self._queue if not is_wanted(one.run))
        for run in taken:
            run.settle_all(outcome)
        self._tell_quiet()

    def demand(self) -> None:
        """Connect now, if there is no connection."""
        self._supervisor.demand()

    async def reopen(self) -> None:
        """Open the channel anew, as soon as nothing is on its way; after `timeout` in any case."""
        await self._until_quiet(self._timeout_s)
        if self._supervisor.is_up:
            self._lose("connecting anew", has_given_up=True)
            self._supervisor.demand(at_once=True)

    async def close(self, deadline_s: float) -> None:
        """Give what is published or waits `deadline_s` seconds to end, settle the rest and leave the connection."""
        self._is_closed = True
        await self._until_quiet(deadline_s)
        await self._supervisor.close()
        self._resolver.close()
        self._fail_all(CLOSED_UNCONFIRMED, CLOSED)
        self._let_go()
        if self._shared is not None:
            await self._shared.leave(self)

    async def _until_quiet(self, limit_s: float) -> None:
        if self._queue or self._confirms:
            self._quiet = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._quiet], timeout=limit_s)
            self._quiet = None

    # Connecting

    async def _connect(self) -> None:
        """Have a connection, this target's own channel on it, and confirms on that."""
        endpoints = await self._resolver.endpoints()
        if self._shared is None:
            self._shared = shared_connection(self._broker)
            self._shared.join(self)
        if self._supervisor.connection.error is not None and not self._shared.is_open:
            await knock(endpoints)  # an attempt of pika's costs milliseconds, a refusal alone next to nothing
        channel = await self._shared.open_channel(endpoints, self._options.connect_timeout / 1000)
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

    def _on_down(self, reason: str) -> None:
        self._fail_all(unconfirmed(reason, cut_off=not self._has_given_up), unpublished(reason))

    def _lose(self, reason: str, *, has_given_up: bool = False) -> None:
        """Everything open fails, and the supervisor opens another. `has_given_up`: the broker did not end it."""
        self._has_given_up = has_given_up
        self._let_go()
        self._supervisor.lost(reason, is_ours=has_given_up)
        self._has_given_up = False

    def _let_go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        channel, self._channel = self._channel, None
        if channel is not None:
            close_channel(channel)

    def _fail_all(self, published: Outcome, waiting: Outcome) -> None:
        """Settle everything open; what that starts in turn belongs to the next channel."""
        queue, self._queue = self._queue, deque()
        self._confirms.fail_all(published)
        for one in queue:
            one.run.settle_all(waiting)
        self._tell_quiet()

    def _tell_quiet(self) -> None:
        if self._quiet is not None and not self._quiet.done() and not self._queue and not self._confirms:
            self._quiet.set_result(None)

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

    def _pump(self) -> None:
        """Publish what waits, in order."""
        if self._is_held:
            return
        self._is_held = True
        try:
            while self._queue and self._blocked is None and self._channel is not None and self._channel.is_open:
                self._publish(self._channel, self._queue.popleft().run)
        finally:
            self._is_held = False
        self._arm()
        self._tell_quiet()

    def _publish(self, channel: Channel, run: Run) -> None:
        payloads = run.batch.payloads(self.wire_format)
        refuse_unencodable(run, payloads.failures)
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        for positions in run.open_stretches():
            bodies = payloads.parts(run.indices[positions.start : positions.stop])
            if self._options.sync_mode:
                self._confirms.add(run, positions, payloads, deadline)
            self._hand_over(channel, bodies)
            if not self._options.sync_mode:
                run.settle(positions, SENT)

    def _hand_over(self, channel: Channel, bodies: list[memoryview]) -> None:
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
        self._hold_while(confirms.flush)
        self._pump()

    def _hold_while(self, tell: Callable[[], None]) -> None:
        """Tell outcomes; runs that these start wait until all are told."""
        self._is_held = True
        try:
            tell()
        finally:
            self._is_held = False

    def _on_return(self, confirms: Confirms, _channel: Channel, method: Basic.Return, _props: Any, body: bytes) -> None:
        """No queue took a message; its confirm is still to come, and settles it."""
        if confirms is not self._confirms:
            return  # its events ended when that channel was given up
        if not confirms.returned(body, returned(self._address, method)):
            self._lose("the broker returned a message that was not published here", has_given_up=True)

    # Deadlines: one timer, which looks at the oldest publish and, while the broker is blocking, at what waits

    def _arm(self) -> None:
        deadline = self._next_deadline()
        if deadline is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(deadline, self._check_deadlines)

    def _next_deadline(self) -> float | None:
        waiting = self._queue[0].deadline if self._queue and self._supervisor.is_up else None
        confirm = self._confirms.next_deadline
        return confirm if waiting is None else waiting if confirm is None else min(waiting, confirm)

    def _check_deadlines(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        confirm = self._confirms.next_deadline
        if confirm is not None and confirm <= now:
            late = f"no confirmation within {self._options.timeout} ms"
            if (excuse := self._excuse(confirm)) is None:
                self._lose(late, has_given_up=True)
                return
            self._hold_while(partial(self._confirms.fail_overdue, now, unconfirmed(f"{late}: {excuse}")))
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
        overdue = []
        while self._queue and self._queue[0].deadline <= now:
            overdue.append(self._queue.popleft().run)
        for run in overdue:
            run.settle_all(outcome)
        self._tell_quiet()


def _broker(address: RabbitmqAddress, options: RabbitmqOptions) -> Broker:
    """The broker and login of an address; without a password it is "guest" (docs/event-interface.md, 2.6).

    Raises:
        SwitchboardError: the address names a TLS domain that there is not.
    """
    password = "guest" if address.password is None else address.password
    tls = domain_named(address.tls_domain, options.tls_domains, is_tls_wanted=options.use_tls)
    return Broker(address.host, address.port, address.user, password, address.vhost, options.heartbeat, tls)
