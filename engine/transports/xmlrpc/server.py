"""The connections to one HTTP server, which all xmlrpc targets of its host and port share.

Many servers serve one connection at a time, and keep it: a second one is connected, and nobody reads from it until the
first is closed. So connections rest here, for whichever target calls next. When the first call over a new connection
is not answered although calls over others are, one of those others is closed, so that the server may turn to the new
one. How many connections it serves at a time, as that shows, is remembered, and tried anew after a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

IDLE_S = 3.0
"""A connection that was idle for longer is not used again: the server may be about to close it."""

PATIENCE_S = 0.2
"""A first call over a new connection that is not answered for so long, while others are, may be one nobody reads."""

PATIENCE_MAX_S = 2.0

PROOF_S = 0.5
"""An answer that comes so soon after another connection was given up came because of that."""

RETRY_S = 10.0
"""So long after it was learned how many connections are served, one more is tried; then after twice as long."""

RETRY_MAX_S = 600.0


class User(Protocol):
    """A target that calls the server."""

    def wake(self) -> None:
        """There may be a connection for it."""


class ServerConnection(Protocol):
    """A connection to the server, and the call that is under way over it."""

    deadline: float
    began: float
    answered_at: float
    is_slow: bool

    @property
    def is_calling(self) -> bool:
        """Whether an answer is waited for."""

    def expire(self, now: float) -> None:
        """The call that is under way has no answer in time."""

    def close(self) -> None:
        """Close it."""


C = TypeVar("C", bound=ServerConnection)


class Server(Generic[C]):
    """The connections to one host and port."""

    def __init__(self, forget: Callable[[], None]) -> None:
        self.most: int | None = None
        """Connections that the server serves at a time, as far as that was learned."""
        self._loop = asyncio.get_running_loop()
        self._forget = forget
        self._users: set[User] = set()
        self._callers: set[C] = set()
        self._resting: list[C] = []
        self._dialling = 0
        """Connections that are being made."""
        self._queue: dict[User, None] = {}
        """Who waits for a connection, in order."""
        self._patience_s = PATIENCE_S
        self._is_closing_wanted = False
        """Whether the next connection that comes to rest is closed, for one that is not served."""
        self._given_up_at: float | None = None
        self._served = 1
        """How many were served when one was given up."""
        self._retry_s = RETRY_S
        self._retry_at = 0.0
        self._is_extra_allowed = False
        """Whether one connection more than `most` is allowed, to see whether it is served."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def has_resting(self) -> bool:
        """Whether a connection is there that nobody uses."""
        return bool(self._resting)

    def join(self, owner: User) -> None:
        """Somebody calls this server from now on."""
        self._users.add(owner)

    def part(self, owner: User) -> None:
        """Somebody calls it no more; with the last one, nothing more is known of it."""
        self._users.discard(owner)
        if not self._users:
            self._forget()

    def resting_for(self, owner: User, now: float) -> C | None:
        """The connection that was used last, unless it rested for too long or somebody else waits for one."""
        if self._queue and next(iter(self._queue)) is not owner:
            return None
        while self._resting:
            caller = self._resting.pop()
            if now < caller.deadline:
                return caller
            self._end(caller)
        return None

    def may_dial(self, owner: User, now: float) -> bool:
        """Whether one more connection may be made. Who may not waits for one that comes free, and is woken."""
        if self.most is not None and self._retry_at <= now:
            self._is_extra_allowed = True
        is_turn = not self._queue or next(iter(self._queue)) is owner
        if is_turn and not self._exceeds(len(self._callers) + self._dialling + 1):
            return True
        self._queue.setdefault(owner)
        return False

    def leave(self, owner: User) -> None:
        """Somebody has a connection, or needs none any more: it is the next one's turn."""
        if self._queue:
            self._queue.pop(owner, None)
            self._wake_next()

    def dial(self) -> None:
        """A connection is being made."""
        self._dialling += 1

    def dialled(self) -> None:
        """It is there, or could not be made."""
        self._dialling -= 1
        self._wake_next()

    def add(self, caller: C) -> None:
        """A connection is there."""
        self._callers.add(caller)

    def rest(self, caller: C, now: float) -> None:
        """A connection is free: for whoever comes next, or to be closed where there are too many."""
        if self._is_closing_wanted and caller.answered_at:
            self._give_up(caller, now)
        elif self._exceeds(len(self._callers)):
            self._end(caller)
        else:
            caller.deadline = now + IDLE_S
            self._resting.append(caller)
            self.arm(caller.deadline)
        self._wake_next()

    def gone(self, caller: C) -> None:
        """A connection has ended."""
        self._callers.discard(caller)
        if caller in self._resting:
            self._resting.remove(caller)
        if not self._callers and self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake_next()

    def close_resting(self) -> None:
        """Close every connection that nobody uses."""
        for caller in tuple(self._resting):
            self._end(caller)

    def arm(self, deadline: float) -> None:
        """Look at the deadlines at this time at the latest; loop time."""
        if self._timer is None or deadline < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(deadline, self._check)

    # How many connections the server serves

    def called_first(self, caller: C) -> None:
        """The first call over a connection was made: see whether it is answered while others are."""
        if len(self._callers) > 1:
            self.arm(caller.began + self._patience(caller))

    def _patience(self, caller: C) -> float:
        return min(self._patience_s, (caller.deadline - caller.began) / 3)

    def answered_first(self, caller: C, now: float) -> None:
        """The first answer over a connection came."""
        if self._given_up_at is not None and caller.began < self._given_up_at:
            if now <= self._given_up_at + PROOF_S:
                self.serves(self._served, now)
            self._given_up_at = None
        elif self.most is not None and len(self._callers) > self.most and self._proven(0.0):
            # Served beside another one: it was slow then, and not unserved.
            self.most = None
            self._retry_s = RETRY_S
            self._patience_s = min(2 * self._patience_s, PATIENCE_MAX_S)

    def serves(self, count: int, now: float) -> None:
        """This many connections are served at a time, as it seems. That is believed for a while."""
        self._retry_s = RETRY_S if self.most is None else min(2 * self._retry_s, RETRY_MAX_S)
        self._retry_at = now + self._retry_s
        self._is_extra_allowed = False
        self.most = max(1, count)

    def _exceeds(self, count: int) -> bool:
        """Whether these are too many connections."""
        return self.most is not None and count > self.most + self._is_extra_allowed

    def proven(self) -> int:
        """How many connections have been answered and are there."""
        return len(self._proven(0.0))

    def _proven(self, since: float) -> list[C]:
        """Those that rest, or were answered after this time."""
        return [
            caller
            for caller in self._callers
            if caller.answered_at and (caller.answered_at > since or caller in self._resting)
        ]

    def _look_for_unserved(self, now: float) -> None:
        """See whether a connection is not served while others are; then one of those is closed."""
        if self._given_up_at is not None and now > self._given_up_at + PROOF_S:
            for caller in self._callers:
                caller.is_slow = not caller.answered_at and caller.began < self._given_up_at
            self._given_up_at = None
            self._patience_s = min(2 * self._patience_s, PATIENCE_MAX_S)
        waiting = [
            caller for caller in self._callers if caller.is_calling and not caller.answered_at and not caller.is_slow
        ]
        if not waiting or len(self._callers) < 2:
            self._is_closing_wanted = False
            return
        oldest = min(waiting, key=lambda caller: caller.began)
        self.arm(now + self._patience(oldest))
        served = self._proven(oldest.began)
        if self._given_up_at is not None or now < oldest.began + self._patience(oldest) or not served:
            return
        self._is_closing_wanted = True
        self._served = len(served)
        for caller in served:
            if caller in self._resting:
                self._give_up(caller, now)
                break

    def _give_up(self, caller: C, now: float) -> None:
        self._is_closing_wanted = False
        self._given_up_at = now
        self._end(caller)

    # Deadlines: one timer for all connections

    def _check(self) -> None:
        self._timer = None
        now = self._loop.time()
        for caller in [caller for caller in self._callers if caller.deadline <= now]:
            if caller in self._resting:
                self._end(caller)
            else:
                caller.expire(now)
        self._look_for_unserved(now)
        if self._callers:
            self.arm(min(caller.deadline for caller in self._callers))

    def _end(self, caller: C) -> None:
        caller.close()
        self.gone(caller)

    def _wake_next(self) -> None:
        if self._queue:
            next(iter(self._queue)).wake()


_servers: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int], Server[Any]]] = WeakKeyDictionary()
"""The servers of each event loop. An entry goes with its last user, so none keeps a loop alive."""


def shared_server(host: str, port: int) -> Server[Any]:
    """What is known of a server on the running loop, and the connections to it."""
    servers = _servers.setdefault(asyncio.get_running_loop(), {})
    server = servers.get((host, port))
    if server is None:
        server = servers[host, port] = Server(lambda: _forget(servers, (host, port)))
    return server


def _forget(servers: dict[tuple[str, int], Server[Any]], key: tuple[str, int]) -> None:
    servers.pop(key, None)
