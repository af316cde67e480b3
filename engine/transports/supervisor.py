"""Keeps one connection of a target: connects when asked, and again by itself after a loss, as its `Peer` has it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from engine.transports.base import IDLE, Connection, ConnectionState, TransportContext
from engine.transports.peers import Peer
from engine.transports.reasons import reason_of

STABLE_S = 5.0
"""A connection that lasts so long ends the growth of the pauses; one that breaks at once does not."""


class Supervisor:
    """The life of one connection, told as a `Connection`.

    `connect` opens it or raises; it is given `connect_timeout_s`. `on_up` is called after a success, `on_down` with the
    reason after every failed connect and every loss: that is where the owner settles what waits or is in flight.
    The connection is opened lazily, by the first `demand`, and then kept: a loss is followed by attempts of our own.
    During those it stays "down", as nothing else is known; "connecting" is what somebody waits for.
    """

    def __init__(
        self,
        name: str,
        context: TransportContext,
        connect: Callable[[], Awaitable[None]],
        *,
        peer: Peer,
        connect_timeout_s: float,
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
    ) -> None:
        self.connection: Connection = IDLE
        self._name = name
        self._context = context
        self._connect = connect
        self._peer = peer
        self._connect_timeout_s = connect_timeout_s
        self._on_up = on_up
        self._on_down = on_down
        self._up_at = 0.0
        self._is_news = False
        """Whether coming up would be a sign that the peer is there again."""
        self._is_trying = False
        self._is_closed = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        """Whether the connection can be used now."""
        return self.connection.state is ConnectionState.UP

    @property
    def is_connecting(self) -> bool:
        """Whether a connect is under way that events wait for."""
        return self.connection.state is ConnectionState.CONNECTING

    def demand(self, *, at_once: bool = False) -> None:
        """Connect, as there is something to be sent. Nothing happens when it is up or connecting already.

        The first attempt and the first after a loss are made at once; others keep a short distance, unless `at_once`.
        """
        if self._is_closed or self.is_up or self.is_connecting:
            return
        if at_once or self.connection.state is ConnectionState.IDLE:
            before = self.connection
            self._set(Connection(ConnectionState.CONNECTING, before.error, None, before.down_since))
            self._attempt()
        else:
            self._peer.hurry(self._attempt)

    def lost(self, reason: str, *, is_ours: bool = False) -> None:
        """The owner noticed that the connection broke. Tells `on_down`, and connects again.

        `is_ours`: we gave it up (nothing was answered in time), so that a new one says nothing about the peer.
        """
        if self._is_closed or not self.is_up:
            return
        lasted_s = self._context.clock.now() - self._up_at
        self._is_news = not is_ours
        wait_s = self._peer.failed(self._attempt, is_refused=not is_ours, is_fresh=lasted_s >= STABLE_S)
        self._set_down(reason, wait_s)

    async def close(self) -> None:
        """Stop connecting. The owner closes the connection itself."""
        self._is_closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._peer.leave(self._attempt)
        self._set(IDLE)

    def _attempt(self) -> None:
        if self._is_trying or self._is_closed:
            return
        self._is_trying = True
        self._peer.began(self._attempt)
        self._task = self._context.tasks.spawn(self._try(), f"connect {self._name}")

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await self._connect()
        except Exception as error:  # noqa: BLE001 - whatever a protocol library raises is this target's failure
            self._is_trying = False
            self._failed(error)
        else:
            self._is_trying = False
            self._succeeded()

    def _failed(self, error: Exception) -> None:
        self._is_news = True
        is_limit = isinstance(error, TimeoutError) and not error.args
        limit = f"no connection within {self._connect_timeout_s * 1000:.0f} ms"
        wait_s = self._peer.failed(self._attempt, is_refused=_is_refusal(error))
        self._set_down(limit if is_limit else reason_of(error), wait_s)

    def _succeeded(self) -> None:
        self._up_at = self._context.clock.now()
        self.connection = Connection(ConnectionState.UP, back_at=self._up_at if self._is_news else None)
        self._is_news = False
        self._peer.reached(self._attempt)
        self._on_up()  # what waits at the transport goes before what waits for it
        self._context.changed()

    def _set_down(self, reason: str, wait_s: float) -> None:
        """Tell the owner, then the engine; the same failure once more is news to nobody but what waited for it."""
        before, now = self.connection, self._context.clock.now()
        since = now if before.down_since is None else before.down_since
        self.connection = Connection(ConnectionState.DOWN, reason, now + wait_s, since)
        self._on_down(reason)
        if (before.state, before.error) != (ConnectionState.DOWN, reason):
            self._context.changed()

    def _set(self, connection: Connection) -> None:
        self.connection = connection
        self._context.changed()


def _is_refusal(error: BaseException) -> bool:
    """Whether the endpoint itself refused, and at once."""
    return isinstance(error, ConnectionRefusedError) or isinstance(error.__cause__, ConnectionRefusedError)
