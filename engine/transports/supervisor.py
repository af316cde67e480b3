"""Keeps one connection of a target: connects when asked, and again, with growing, jittered back-off, after a loss."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from engine.transports.base import IDLE, Connection, ConnectionState, TransportContext
from engine.transports.reasons import reason_of

BACKOFF_FIRST_S = 0.1
BACKOFF_MAX_S = 15.0
STABLE_S = 5.0
"""A connection that lasts so long ends the growth of the back-off; one that breaks at once does not."""


class Supervisor:
    """The life of one connection, told as a `Connection`.

    `connect` opens it or raises; it is given `connect_timeout_s`. `on_up` is called after a success, `on_down` with the
    reason after every failed connect and every loss: that is where the owner settles what waits or is in flight.
    The connection is opened lazily, by the first `demand`, and then kept: a loss is followed by attempts of our own.
    """

    def __init__(
        self,
        name: str,
        context: TransportContext,
        connect: Callable[[], Awaitable[None]],
        *,
        connect_timeout_s: float,
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
    ) -> None:
        self.connection: Connection = IDLE
        self._name = name
        self._context = context
        self._connect = connect
        self._connect_timeout_s = connect_timeout_s
        self._on_up = on_up
        self._on_down = on_down
        self._wake = asyncio.Event()
        self._failures = 0
        self._up_at = 0.0
        self._is_closed = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        """Whether the connection can be used now."""
        return self.connection.state is ConnectionState.UP

    @property
    def is_connecting(self) -> bool:
        """Whether a connect is under way, so that events wait for its end."""
        return self.connection.state is ConnectionState.CONNECTING

    def demand(self) -> None:
        """Connect now, whatever the back-off says. Nothing happens when it is up or connecting already."""
        if self._is_closed or self.is_up or self.is_connecting:
            return
        self._set(Connection(ConnectionState.CONNECTING))
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = self._context.tasks.spawn(self._run(), f"connect {self._name}")

    def lost(self, reason: str) -> None:
        """The owner noticed that the connection broke. Tells `on_down`, and connects again after a short wait."""
        if self._is_closed or not self.is_up:
            return
        lasted_s = self._context.clock.now() - self._up_at
        self._failures = 0 if lasted_s >= STABLE_S else self._failures + 1
        self._set_down(reason)

    async def close(self) -> None:
        """Stop connecting. The owner closes the connection itself."""
        self._is_closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._set(IDLE)

    async def _run(self) -> None:
        while not self._is_closed:
            self._wake.clear()
            if self.is_up:
                await self._wake.wait()
            elif self.is_connecting:
                await self._try()
            else:
                await self._back_off()

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await self._connect()
        except Exception as error:  # noqa: BLE001 - whatever a protocol library raises is this target's failure
            self._failures += 1
            is_ours = isinstance(error, TimeoutError) and not error.args
            limit = f"no connection within {self._connect_timeout_s * 1000:.0f} ms"
            self._set_down(limit if is_ours else reason_of(error))
        else:
            self._up_at = self._context.clock.now()
            self._set(Connection(ConnectionState.UP))
            self._on_up()

    async def _back_off(self) -> None:
        retry_at = self.connection.retry_at or self._context.clock.now()
        try:
            async with asyncio.timeout(max(0.0, retry_at - self._context.clock.now())):
                await self._wake.wait()
        except TimeoutError:
            if self.connection.state is ConnectionState.DOWN:
                self._set(Connection(ConnectionState.CONNECTING, self.connection.error))

    def _set_down(self, reason: str) -> None:
        limit = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2 ** min(self._failures, 16))
        wait = limit * self._context.random.uniform(0.5, 1.0)
        self._set(Connection(ConnectionState.DOWN, reason, self._context.clock.now() + wait))
        self._wake.set()
        self._on_down(reason)

    def _set(self, connection: Connection) -> None:
        self.connection = connection
        self._context.changed()
