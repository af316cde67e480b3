"""Connections to brokers through pika's asyncio adapter, shared by all targets with the same broker and login."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from pika import ConnectionParameters, PlainCredentials, SSLOptions
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel

from engine.transports.rabbitmq.errors import BrokerError, words_of, words_of_login
from engine.transports.rabbitmq.heartbeat import Heartbeats, agreed
from engine.transports.rabbitmq.outcomes import blocking
from engine.transports.rabbitmq.tls import TlsDomain
from engine.transports.resolver import Endpoint

GOODBYE_S = 1.0
"""How long a broker may take to answer our goodbye before the connection is broken off."""

if (_pika_log := logging.getLogger("pika")).level == logging.NOTSET:
    # It tells every step of every attempt as an error, for as long as a broker is away; the outcome of an attempt is
    # the connection's state, which the engine shows and keeps to one. Whoever sets a level of his own gets it all.
    _pika_log.setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Broker:
    """A broker and a login: what one connection is for. The password is kept out of every printed form."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    vhost: str = "/"
    heartbeat: int = 0
    tls: TlsDomain | None = None

    def parameters(self, endpoint: Endpoint) -> ConnectionParameters:
        """The connection in pika's words, without limits and retries: those are the supervisor's.

        Raises:
            BrokerError: a file of the TLS domain cannot be used.
        """
        return ConnectionParameters(
            host=endpoint.sockaddr[0],
            port=self.port,
            virtual_host=self.vhost,
            credentials=PlainCredentials(self.user, self.password),
            heartbeat=agreed(self.heartbeat),
            socket_timeout=None,
            stack_timeout=None,
            connection_attempts=1,
            blocked_connection_timeout=None,
            ssl_options=None if self.tls is None else SSLOptions(self.tls.context(), self.host),
            client_properties={"connection_name": "Switchboard"},
        )


class ChannelUser(Protocol):
    """A target that has a channel on a connection."""

    def blocking_changed(self) -> None:
        """The broker began or ended to take no publishes (`SharedConnection.blocked`)."""


class Link(AsyncioConnection):
    """One connection of pika's, with a way to end it that needs no answer from the broker."""

    if TYPE_CHECKING:  # pika has these, its stubs do not
        bytes_received: int
        params: Any

        def _terminate_stream(self, error: Exception | None) -> None: ...

    _is_broken_off = False

    def _create_heartbeat_checker(self) -> Heartbeats | None:
        """What pika calls once a heartbeat was agreed upon (0: none)."""
        return Heartbeats(self, self.params.heartbeat) if self.params.heartbeat else None

    def break_off(self, reason: str) -> None:
        """Break the connection, open or still opening; whoever uses it is told `reason`.

        Its end is reported later, as any other. `close` is no way out of the AMQP handshake: pika 1.4 then trips over
        its own assertion.
        """
        if not self.is_closed and not self._is_broken_off:
            self._is_broken_off = True
            self._terminate_stream(BrokerError(reason))


class SharedConnection:
    """The connection to one broker under one login, opened by the first user and closed by the last."""

    def __init__(self, broker: Broker, forget: Callable[[], None]) -> None:
        self.broker = broker
        self.blocked: str | None = None
        """Why the broker takes no publishes now, in its own words; None while it takes them."""
        self.blocked_since = 0.0
        """When the broker said that it takes no publishes, in monotonic seconds."""
        self._forget = forget
        self._users: set[ChannelUser] = set()
        self._lock = asyncio.Lock()
        self._link: Link | None = None
        self._alive: set[Link] = set()
        """Whatever is not ended: the connection in use, and those on their way out."""
        self._ended = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether a channel can be had without connecting first."""
        return self._link is not None and self._link.is_open

    def join(self, user: ChannelUser) -> None:
        """Count a user, who hears of blocking until he leaves."""
        self._users.add(user)

    async def leave(self, user: ChannelUser) -> None:
        """A user is done and has closed his channel; after the last one the connection is closed."""
        if user not in self._users:
            return
        self._users.remove(user)
        if self._users:
            return
        self._forget()
        if self._link is not None and self._link.is_open:
            self._link.close()
        if not await self._all_ended():
            for link in tuple(self._alive):
                link.break_off("the broker did not answer our goodbye")
            await self._all_ended()

    async def open_channel(self, endpoints: Sequence[Endpoint], limit_s: float) -> Channel:
        """A new channel, on a connection that is opened when there is none. The caller ends it after `limit_s`.

        Raises:
            BrokerError: connecting, logging in or opening the channel failed, or the broker is blocking.
        """
        if self.blocked is not None:
            raise BrokerError(blocking(self.blocked))
        async with self._lock:
            link = self._link if self._link is not None and self._link.is_open else None
            link = link or await self._connected(endpoints, limit_s)
        heard = link.bytes_received
        opened: asyncio.Future[Channel] = asyncio.get_running_loop().create_future()
        channel = link.channel(on_open_callback=lambda channel: resolve(opened, channel))
        try:
            await answered(channel, opened)
        except asyncio.CancelledError:
            close_channel(channel)
            if link.bytes_received == heard:
                # Not slow but silent: it would be so for everybody, and for each of our next attempts.
                link.break_off("the broker does not answer")
            raise
        return channel

    async def _connected(self, endpoints: Sequence[Endpoint], limit_s: float) -> Link:
        """Try the addresses in turn, each with its share of the time; what the last one says counts."""
        for endpoint in endpoints[:-1]:
            try:
                async with asyncio.timeout(limit_s / len(endpoints)):
                    return await self._connect(endpoint)
            except (BrokerError, TimeoutError):
                continue  # the host's next address may do
        return await self._connect(endpoints[-1])

    async def _connect(self, endpoint: Endpoint) -> Link:
        opened: asyncio.Future[Link] = asyncio.get_running_loop().create_future()
        link = Link(
            self.broker.parameters(endpoint),
            on_open_callback=lambda link: resolve(opened, link),
            on_open_error_callback=lambda link, error: self._open_failed(link, opened, error),
            on_close_callback=self._lost,
            custom_ioloop=asyncio.get_running_loop(),
        )
        self._alive.add(link)
        try:
            await opened
        except asyncio.CancelledError:
            link.break_off("connecting took too long")
            raise
        link.add_on_connection_blocked_callback(lambda _link, frame: self._set_blocked(str(frame.method.reason)))
        link.add_on_connection_unblocked_callback(lambda _link, _frame: self._set_blocked(None))
        self._link = link
        return link

    def _open_failed(self, link: Any, opened: asyncio.Future[Link], error: BaseException) -> None:
        self._end(link)
        reject(opened, BrokerError(words_of_login(error, self.broker.user, self.broker.vhost)))

    def _lost(self, link: Any, _error: BaseException) -> None:
        """The users hear of it through their channels, with the reason."""
        self._end(link)
        if link is self._link:
            self._link = None
            self.blocked = None

    def _end(self, link: Any) -> None:
        self._alive.discard(link)
        self._ended.set()

    async def _all_ended(self) -> bool:
        """Wait for the end of all connections; False when one is left after a while."""
        try:
            async with asyncio.timeout(GOODBYE_S):
                while self._alive:
                    self._ended.clear()
                    await self._ended.wait()
        except TimeoutError:
            return False
        return True

    def _set_blocked(self, reason: str | None) -> None:
        """The broker said that it takes no publishes, or that it takes them again.

        RabbitMQ says it at the first publish after its alarm, which it leaves unconfirmed: nobody knows of it before,
        neither on a connection that has published earlier nor on a new one.
        """
        self.blocked = reason
        self.blocked_since = asyncio.get_running_loop().time()
        for user in tuple(self._users):
            user.blocking_changed()


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Broker, SharedConnection]] = WeakKeyDictionary()
"""The connections of each event loop. An entry goes with its last user, so none keeps a loop alive."""


def shared_connection(broker: Broker) -> SharedConnection:
    """The connection for a broker and login on the running loop; equal ones share it."""
    pool = _pools.setdefault(asyncio.get_running_loop(), {})
    shared = pool.get(broker)
    if shared is None:
        shared = pool[broker] = SharedConnection(broker, forget=lambda: _forget(pool, broker))
    return shared


def _forget(pool: dict[Broker, SharedConnection], broker: Broker) -> None:
    pool.pop(broker, None)


async def confirm_mode(channel: Channel, on_answer: Callable[[Any], None]) -> None:
    """Let the broker confirm each publish on the channel.

    Raises:
        BrokerError: the channel was closed instead.
    """
    selected: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    channel.confirm_delivery(on_answer, callback=lambda frame: resolve(selected, frame))
    await answered(channel, selected)


async def answered(channel: Channel, answer: asyncio.Future[Any]) -> None:
    """Wait for the answer to a request on `channel`; a channel that closes instead is an error."""
    channel.add_on_close_callback(lambda _channel, error: reject(answer, BrokerError(words_of(error))))
    await answer


def close_channel(channel: Channel) -> None:
    """Say that the channel is not needed any more; harmless when it is on its way out already."""
    if not channel.is_closed and not channel.is_closing:
        channel.close()


def resolve(future: asyncio.Future[Any], value: Any) -> None:
    """Give the future its result, unless whoever waited has gone."""
    if not future.done():
        future.set_result(value)


def reject(future: asyncio.Future[Any], error: Exception) -> None:
    """Give the future its error, unless whoever waited has gone."""
    if not future.done():
        future.set_exception(error)
        future.exception()  # seen: who waited may have been cancelled in the same moment
