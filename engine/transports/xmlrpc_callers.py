"""The callers of an xmlrpc target: each has one connection, and makes one call after the other over it.

No task, future or timer for a call: an answer frees its caller, the free ones are given calls once a turn of the loop,
and one timer looks after the deadlines of all.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from engine.run import DELIVERED, SENT, Fault, Outcome, Run, failed
from engine.tasks import Tasks
from engine.transports.gathering import Gathered
from engine.transports.httpanswer import Answer, UnreachableError
from engine.transports.httpconnection import HttpConnection
from engine.transports.methodresponse import NotXmlRpcError, fault_of

IDLE_S = 3.0
"""A connection that was idle for longer is not used again: the server may be about to close it."""

KEPT_ANSWER = 4096
"""Bytes of a refusing answer that are kept with the outcome."""

MAYBE_PROCESSED = "the event may have been processed"


class Call(NamedTuple):
    """One event and its request."""

    run: Run
    position: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Calling:
    """What callers need of their transport."""

    connections: int
    timeout_ms: int
    is_answered: bool
    """Whether an event waits for its answer; else it is sent once it is written."""
    tasks: Tasks
    dial: Callable[[], Awaitable[socket.socket]]
    """Connects a socket, or raises UnreachableError."""
    take: Callable[[], Call | None]
    """The next call that is to be made now."""
    lost: Callable[[str], None]
    """The server cannot be reached: whatever waits would only run into the same."""
    gave_up: Callable[[str], None]
    """The server does not answer: likewise."""
    turned: Callable[[], None]
    """All calls that could be made were made."""


class Callers:
    """As many callers as there are calls at the same time, at most `connections`."""

    def __init__(self, calling: Calling) -> None:
        self.calling = calling
        self.outcomes = Gathered()
        self._loop = asyncio.get_running_loop()
        self._callers: set[Caller] = set()
        self._free: list[Caller] = []
        self._spare: socket.socket | None = None
        self._is_awake = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a call is under way."""
        return len(self._free) < len(self._callers)

    def give(self, connected: socket.socket) -> None:
        """Let the next connection be made over this socket, where one is needed at the next `wake`."""
        self._take_back()
        self._spare = connected

    def wake(self) -> None:
        """There may be calls to be made: see to it before the loop waits again."""
        if not self._is_awake:
            self._is_awake = True
            self._loop.call_soon(self._turn)

    def freed(self, caller: Caller) -> None:
        """A caller has its answer. It is given another call, or rests."""
        caller.deadline = self._loop.time() + IDLE_S
        self._free.append(caller)
        self.wake()

    def gone(self, caller: Caller) -> None:
        """A caller has no connection any more."""
        self._callers.discard(caller)
        if caller in self._free:
            self._free.remove(caller)
        self.wake()

    async def close(self, outcome: Outcome) -> None:
        """Close all connections; what is under way ends like this."""
        self._take_back()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._free.clear()
        callers, self._callers = self._callers, set()
        self.outcomes.settle()
        for caller in callers:
            caller.end(outcome)
        await asyncio.gather(*(caller.dialling for caller in callers if caller.dialling), return_exceptions=True)

    def _take_back(self) -> None:
        """Close a socket that was given and not used."""
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def _turn(self) -> None:
        """Give each free caller a call."""
        self._is_awake = False
        now = self._loop.time()
        deadline = now + self.calling.timeout_ms / 1000
        while (self._free or len(self._callers) < self.calling.connections) and (call := self.calling.take()):
            self._caller(now).make(call, deadline)
        self._take_back()
        if self.is_busy:
            self._arm(deadline)
        if self._free:
            self._arm(now + IDLE_S)
        self.calling.turned()

    def _caller(self, now: float) -> Caller:
        """The free one that was used last, as long as its connection did not rest for too long; else a new one."""
        while self._free:
            if now < self._free[-1].deadline:
                return self._free.pop()
            self._give_up(self._free[-1])
        made = Caller(self, self._spare)
        self._spare = None
        self._callers.add(made)
        return made

    def _arm(self, deadline: float) -> None:
        if self._timer is None or deadline < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(deadline, self._check_deadlines)

    def _check_deadlines(self) -> None:
        self._timer = None
        now = self._loop.time()
        for caller in [one for one in self._callers if one.deadline <= now]:
            self._give_up(caller)
        if self._callers:
            self._arm(min(caller.deadline for caller in self._callers))

    def _give_up(self, caller: Caller) -> None:
        """A caller has rested for too long, or there is no answer in time: then others will get none either."""
        is_busy = caller not in self._free
        reason = f"no answer within {self.calling.timeout_ms} ms"
        self.gone(caller)
        if caller.dialling:
            caller.end(failed(reason, unsent=True))
        else:
            caller.end(failed(f"{reason}; {MAYBE_PROCESSED}", maybe_taken=True))
        if is_busy:
            self.calling.gave_up(reason)


class Caller:
    """One connection, from being made to its end, with at most one call under way."""

    __slots__ = ("_callers", "_connection", "_position", "_run", "deadline", "dialling")

    def __init__(self, callers: Callers, connected: socket.socket | None) -> None:
        self.deadline = 0.0
        """When the call that is under way, or else the connection, is given up; loop time."""
        self.dialling: asyncio.Task[None] | None = None
        self._callers = callers
        self._connection = None if connected is None else HttpConnection(connected, self)
        self._run: Run | None = None
        """Whose event is under way and has no outcome yet."""
        self._position = 0

    def make(self, call: Call, deadline: float) -> None:
        """Make a call, over a connection that is made first where there is none."""
        self._run, self._position, request = call
        self.deadline = deadline
        if self._connection is not None:
            self._connection.send(request)
        else:
            self.dialling = self._callers.calling.tasks.spawn(self._dial(request), "connect for a call")

    def written(self) -> None:
        """The kernel has the request."""
        if not self._callers.calling.is_answered:
            self._settle(SENT)

    def heard(self, answer: Answer) -> None:
        """There is an answer."""
        if self._connection is None or self._connection.is_closed:
            self._callers.gone(self)
        else:
            self._callers.freed(self)
        self._settle(judged(answer))

    def broke(self, reason: str) -> None:
        """There will be no answer: that event alone fails, and is not repeated."""
        self._callers.gone(self)
        self._settle(failed(f"{reason}; {MAYBE_PROCESSED}", cut_off=True))

    def end(self, outcome: Outcome) -> None:
        """Close the connection; the call that is under way ends like this."""
        if self.dialling is not None:
            self.dialling.cancel()
        if self._connection is not None:
            self._connection.close()
        self._settle(outcome)

    async def _dial(self, request: bytes) -> None:
        try:
            connected = await self._callers.calling.dial()
        except UnreachableError as error:
            self._callers.gone(self)
            self._callers.calling.lost(str(error))
            self._settle(failed(str(error), unsent=True))
        else:
            self.dialling = None
            self._connection = HttpConnection(connected, self)
            self._connection.send(request)

    def _settle(self, outcome: Outcome) -> None:
        """Settle the event, once: what was sent stays so, whatever comes back."""
        run, self._run = self._run, None
        if run is not None:
            self._callers.outcomes.add(run, self._position, outcome)


@lru_cache(maxsize=8)
def judged(answer: Answer) -> Outcome:
    """What an answer says of its event. The last few are remembered: a server says the same most of the time."""
    if not 200 <= answer.status < 300:
        return _refused(f"HTTP {answer.status}", answer)
    if answer.is_cut:
        return _refused(f"the answer is longer than {len(answer.body)} bytes", answer)
    if not answer.body:
        return DELIVERED
    try:
        fault = fault_of(answer.body)
    except NotXmlRpcError as error:
        return _refused(str(error), answer)
    return DELIVERED if fault is None else _refused(fault, answer)


def _refused(reason: str, answer: Answer) -> Outcome:
    return failed(reason, Fault.ANSWER, answer.body[:KEPT_ANSWER])
