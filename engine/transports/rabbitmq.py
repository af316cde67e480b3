"""`rabbitmq:`: publishes through a channel of its own per target, confirmed by the broker (EI 2.6).

Publishes are pipelined and their confirms settled as ranges, never waited for one by one. Messages are mandatory: one
that no queue takes comes back and has failed. The body is the JSON-RPC text, without properties, as captured.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import deque
from pathlib import Path
from typing import Any, ClassVar

from pika import BasicProperties
from pika.channel import Channel
from pika.exceptions import AMQPError
from pydantic import BaseModel, ConfigDict, Field

from engine.address import RabbitmqAddress
from engine.errors import SwitchboardError
from engine.run import DELIVERED, SENT, Fault, Run, failed
from engine.transports.amqp_confirms import Confirms
from engine.transports.amqp_connection import Broker, pool, resolve, words_of
from engine.transports.base import Connection, ConnectionState, TransportContext, TransportOptions
from engine.transports.settling import ENGINE_STOPPED
from engine.transports.supervisor import Supervisor
from engine.wire.jsonrpc import JsonRpcFormat

NO_PROPERTIES = BasicProperties()
PERSISTENT = BasicProperties(delivery_mode=2)


class TlsDomain(BaseModel):
    """One entry of `tls_domains`: files in PEM form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca: str | None = Field(None, description="File with the certificates that are trusted; absent is the system's.")
    cert: str | None = Field(None, description="File with our certificate, for brokers that ask for one.")
    key: str | None = Field(None, description="File with its private key.")
    verify: bool = Field(True, description="Check the broker's certificate and its host name.")

    def context(self) -> ssl.SSLContext:
        """The settings of TLS connections of this domain.

        Raises:
            OSError: a file cannot be read, or does not hold what it should.
        """
        context = ssl.create_default_context(cafile=self.ca)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert is not None:
            context.load_cert_chain(self.cert, self.key)
        return context


class RabbitmqOptions(TransportOptions):
    """Settings of `rabbitmq:`."""

    sync_mode: bool = Field(True, description="Wait for the broker's confirmation; off, a publish is only sent.")
    heartbeat: int = Field(30, ge=0, le=65535, description="Seconds between AMQP heartbeats; 0 is off.")
    use_tls: bool = Field(True, description="Off refuses sockets that name a tls_domain.")
    tls_domains: dict[str, TlsDomain] = Field(default_factory=dict, description="TLS settings by name.")


class RabbitmqTransport:
    """One target: an exchange and a routing key at a broker."""

    Options: ClassVar[type[TransportOptions]] = RabbitmqOptions

    def __init__(self, address: RabbitmqAddress, options: RabbitmqOptions, context: TransportContext) -> None:
        self._address = address
        self._options = options
        self._context = context
        self._format = JsonRpcFormat()
        self._properties = PERSISTENT if address.persistent else NO_PROPERTIES
        self._timeout_s = options.timeout / 1000
        self._broker = pool().connection(_broker(address, options), address.tls_domain)
        self._channel: Channel | None = None
        self._confirms = Confirms()
        self._waiting: deque[tuple[Run, float]] = deque()
        self._acks: list[tuple[int, bool, bool]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._quiet: asyncio.Event | None = None
        self._is_closed = False
        self._supervisor = Supervisor(
            f"rabbitmq {address.host}:{address.port}",
            context,
            self._connect,
            connect_timeout_s=options.connect_timeout / 1000,
            on_up=self._publish_waiting,
            on_down=self._fail_all,
        )

    @classmethod
    def failure_blindness(cls, _address: RabbitmqAddress, options: RabbitmqOptions) -> str | None:
        """Without confirmations, what the broker lost or could not route goes unnoticed."""
        if options.sync_mode:
            return None
        return "rabbitmq without sync_mode cannot tell that a message was lost or that no queue took it"

    @property
    def connection(self) -> Connection:
        """The state of the connection and channel."""
        return self._supervisor.connection

    def start(self, run: Run) -> None:
        """Publish a run, now or as soon as the channel is open."""
        if self._is_closed:
            run.settle_all(ENGINE_STOPPED)
            return
        if self._supervisor.is_up:
            self._waiting.append((run, self._deadline()))
            self._publish_waiting()
            return
        connection = self.connection
        if connection.state is ConnectionState.DOWN and not run.connect_now:
            run.settle_all(failed(connection.error or "not connected"))
            return
        self._waiting.append((run, self._deadline() + self._options.connect_timeout / 1000))
        self._supervisor.demand()

    async def reopen(self) -> None:
        """Take a new channel; what is in flight fails and goes elsewhere."""
        self._lose("re-opened by the operator")

    async def close(self, deadline_s: float) -> None:
        """Wait for confirmations until the deadline, then let go."""
        await self._until_quiet(deadline_s)
        self._is_closed = True
        await self._supervisor.close()
        self._settle_everything(ENGINE_STOPPED)
        self._let_channel_go()
        await self._broker.leave(self)

    async def _until_quiet(self, limit_s: float) -> None:
        """Wait until nothing is open, `limit_s` seconds at most."""
        if self._waiting or self._confirms:
            self._quiet = asyncio.Event()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._quiet.wait(), limit_s)

    def _note_quiet(self) -> None:
        if self._quiet is not None and not self._waiting and not self._confirms:
            self._quiet.set()

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._timeout_s

    # Connecting

    async def _connect(self) -> None:
        channel = await self._broker.open_channel(self, self._publish_waiting)
        try:
            channel.add_on_close_callback(self._channel_closed)
            channel.add_on_return_callback(self._returned)
            if self._options.sync_mode:
                await self._confirm_mode(channel)
        except BaseException:
            if channel.is_open:
                channel.close()
            raise
        self._channel = channel

    async def _confirm_mode(self, channel: Channel) -> None:
        confirming: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        channel.confirm_delivery(self._confirmed, callback=lambda _frame: resolve(confirming, None))
        await confirming

    def _channel_closed(self, channel: Channel, error: Exception) -> None:
        if channel is self._channel:
            self._flush_acks()
            self._lose(words_of(error))

    def _lose(self, reason: str) -> None:
        """The channel is of no more use: everything open fails, and a new one is opened."""
        self._let_channel_go()
        self._supervisor.lost(reason)

    def _let_channel_go(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None and channel.is_open:
            channel.close()

    def _fail_all(self, reason: str) -> None:
        self._settle_everything(failed(reason))

    def _settle_everything(self, outcome: Any) -> None:
        self._acks.clear()
        waiting, self._waiting = self._waiting, deque()
        confirms, self._confirms = self._confirms, Confirms()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        confirms.fail_all(outcome)
        for run, _ in waiting:
            run.settle_all(outcome)
        self._note_quiet()

    # Publishing

    def _publish_waiting(self) -> None:
        while self._waiting and (channel := self._channel) is not None and self._broker.blocked is None:
            run, _ = self._waiting.popleft()
            if not self._publish(channel, run):
                return
        self._watch_deadlines()
        self._note_quiet()

    def _publish(self, channel: Channel, run: Run) -> bool:
        """Publish a whole run; whether the channel still works. Every event can be written as JSON."""
        payloads = run.batch.payloads(self._format)
        if self._options.sync_mode:
            self._confirms.add(run, payloads, self._deadline())
        try:
            for index in run.indices:
                self._publish_one(channel, bytes(payloads[index]))
        except (AMQPError, OSError) as error:
            if not self._options.sync_mode:
                run.settle_all(failed(words_of(error)))
            self._lose(words_of(error))
            return False
        if not self._options.sync_mode:
            run.settle_all(SENT)
        return True

    def _publish_one(self, channel: Channel, body: bytes) -> None:
        address = self._address
        channel.basic_publish(address.exchange, address.routing_key, body, self._properties, mandatory=True)

    # Confirmations: gathered over one turn of the loop, so that a burst of them is settled as ranges

    def _confirmed(self, frame: Any) -> None:
        if not self._acks:
            asyncio.get_running_loop().call_soon(self._flush_acks)
        method = frame.method
        self._acks.append((method.delivery_tag, method.multiple, method.NAME == "Basic.Ack"))

    def _flush_acks(self) -> None:
        acks, self._acks = self._acks, []
        confirms = self._confirms
        position = 0
        while position < len(acks):
            tag, is_multiple, is_ack = acks[position]
            outcome = DELIVERED if is_ack else failed("the broker refused the message (nack)", Fault.ANSWER)
            last = tag
            while position + 1 < len(acks) and acks[position + 1] == (last + 1, False, is_ack):
                position += 1
                last += 1
            if is_multiple:
                confirms.settle_up_to(last, outcome)
            else:
                confirms.settle(tag, last, outcome)
            position += 1
        self._note_quiet()

    def _returned(self, _channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        address = self._address
        where = f"exchange {address.exchange!r}" if address.exchange else "the default exchange"
        text = f"no queue is bound to {where} for key {address.routing_key!r}"
        if method.reply_code != 312:
            text = f"returned by the broker: {method.reply_code} {method.reply_text}"
        if self._options.sync_mode:
            self._confirms.note_return(body, failed(text, Fault.ANSWER))

    # Deadlines: one timer, which looks at the oldest publish and at what waits

    def _watch_deadlines(self) -> None:
        if self._timer is None and (deadline := self._next_deadline()) is not None:
            self._timer = asyncio.get_running_loop().call_at(deadline, self._check_deadlines)

    def _next_deadline(self) -> float | None:
        deadlines = [deadline for deadline in (self._confirms.next_deadline,) if deadline is not None]
        if self._waiting:
            deadlines.append(self._waiting[0][1])
        return min(deadlines, default=None)

    def _check_deadlines(self) -> None:
        self._timer = None
        deadline = self._next_deadline()
        if deadline is None:
            return
        if asyncio.get_running_loop().time() < deadline:
            self._watch_deadlines()
            return
        if self._broker.blocked is not None:
            self._lose(f"the broker blocks publishing: {self._broker.blocked}")
            return
        self._lose(f"no confirmation within {self._options.timeout} ms; the event may have been taken")


def _broker(address: RabbitmqAddress, options: RabbitmqOptions) -> Broker:
    return Broker(
        host=address.host,
        port=address.port,
        user=address.user,
        password="guest" if address.password is None else address.password,
        vhost=address.vhost,
        heartbeat=options.heartbeat,
        connect_timeout_s=options.connect_timeout / 1000,
        tls=_tls(address, options),
    )


def _tls(address: RabbitmqAddress, options: RabbitmqOptions) -> ssl.SSLContext | None:
    name = address.tls_domain
    if name is None:
        return None
    domain = options.tls_domains.get(name)
    if domain is None or not options.use_tls:
        known = ", ".join(sorted(options.tls_domains)) or "none"
        raise SwitchboardError(f"tls_domain {name!r} is not in transports.rabbitmq.tls_domains (there: {known})")
    try:
        return domain.context()
    except OSError as error:
        files = ", ".join(file for file in (domain.ca, domain.cert, domain.key) if file and not Path(file).is_file())
        raise SwitchboardError(
            f"tls_domain {name!r} cannot be used: {error}{f' ({files})' if files else ''}"
        ) from error
