"""The callers of an xmlrpc target: each has one connection, and makes one call after the other over it.

No task, future or timer for a call: an answer frees its caller, which rests with the server's others; the free ones are
given calls once a turn of the loop, and one timer looks after the deadlines of all.
"""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from engine.run import DELIVERED, SENT, Fault, Outcome, Run, failed
from engine.tasks import Tasks
from engine.transports.settlement import MAYBE_PROCESSED
from engine.transports.xmlrpc.http_answer import Answer, UnreachableError
from engine.transports.xmlrpc.http_connection import HttpConnection
from engine.transports.xmlrpc.method_response import NotXmlRpcError, fault_of
from engine.transports.xmlrpc.server import Server
from engine.transports.xmlrpc.successes import Successes

KEPT_ANSWER = 4096
"""Bytes of a refusing answer that are kept with the outcome."""


class Call(NamedTuple):
    """One event and its request."""

    run: Run
    position: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Calls:
    """What callers need of their transport."""

    connections: int
    timeout_ms: int
    is_answered: bool
    """Whether an event waits for its answer; else it is sent once it is written."""
    keeps: bool
    """Whether a connection is used for more than one call."""
    tasks: Tasks
    dial: Callable[[], Awaitable[socket.socket]]
    """Connects a socket, or raises UnreachableError."""
    has_more: Callable[[int], bool]
    """Whether more calls than this many are to be made now."""
    take: Callable[[], Call | None]
    """The next call that is to be made now."""
    on_unreachable: Callable[[str], None]
    """The server cannot be reached: whatever waits would only run into the same."""
    on_silence: Callable[[str], None]
    """The server does not answer: likewise."""
    on_turn: Callable[[], None]
    """All calls that could be made were made."""


class Callers:
    """As many callers as there are calls at the same time, at most `connections`."""

    def __init__(self, calls: Calls, server: Server[Caller]) -> None:
        self.calls = calls
        self.server = server
        self.successes = Successes()
        self.answered_at = 0.0
        """When the last answer came; loop time."""
        self._loop = asyncio.get_running_loop()
        self._busy: set[Caller] = set()
        """Those with a call of ours under way."""
        self._dialling: set[asyncio.Task[None]] = set()
        """Connections that are being made."""
        self._spare: socket.socket | None = None
        self._is_awake = False
        server.join(self)

    @property
    def is_busy(self) -> bool:
        """Whether a call is under way."""
        return bool(self._busy or self._dialling)

    def now(self) -> float:
        """Loop time."""
        return self._loop.time()

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
        """A caller has done its call."""
        self._busy.discard(caller)
        self.wake()

    def give_up(self, caller: Caller, now: float) -> None:
        """There is no answer in time. Others will get none either, unless some did until lately."""
        reason = f"no answer within {self.calls.timeout_ms} ms"
        self._busy.discard(caller)
        self.server.gone(caller)
        is_alone = self.answered_at > (caller.began + caller.deadline) / 2
        if is_alone and not caller.answered_at:
            self.server.serves(self.server.proven(), now)
        caller.end(failed(f"{reason}; {MAYBE_PROCESSED}", maybe_taken=True))
        if not is_alone:
            self.calls.on_silence(reason)
        self.wake()

    def break_off(self, outcome: Outcome) -> None:
        """Close all connections that are not another target's; what is under way ends like this."""
        self._take_back()
        self.server.leave(self)
        busy, self._busy = self._busy, set()
        dialling = tuple(self._dialling)
        self.successes.settle()
        for caller in busy:
            self.server.gone(caller)
            caller.end(outcome)
        self.server.close_resting()
        for task in dialling:
            task.cancel()

    async def close(self, outcome: Outcome) -> None:
        """Break off, and wait until no connection is being made."""
        dialling = tuple(self._dialling)
        self.break_off(outcome)
        await asyncio.gather(*dialling, return_exceptions=True)

    async def end(self) -> None:
        """Everything is broken off, for good."""
        await asyncio.gather(*self._dialling, return_exceptions=True)
        self.server.part(self)

    def _take_back(self) -> None:
        """Close a socket that was given and not used."""
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def _turn(self) -> None:
        """Give each free caller a call."""
        self._is_awake = False
        now = self._loop.time()
        most = self.calls.connections
        while len(self._busy) + len(self._dialling) < most and self.calls.has_more(len(self._dialling)):
            caller = self.server.resting_for(self, now)
            if caller is None:
                if not self.server.may_dial(self, now):
                    break
                self._add()
                continue
            call = self.calls.take()
            if call is None:
                self.server.rest(caller, now)
                continue
            self._busy.add(caller)
            caller.make(self, call, now)
            self.server.leave(self)
        else:
            self.server.leave(self)
        self._take_back()
        self.calls.on_turn()

    def _add(self) -> None:
        """Have one connection more: the spare one, or another, which is heard of when it is there."""
        connected, self._spare = self._spare, None
        if connected is not None:
            self.server.rest(Caller(self.server, connected), self.now())
            return
        self.server.dial()
        self._dialling.add(self.calls.tasks.spawn(self._dial(), "connect for a call"))

    async def _dial(self) -> None:
        connected, reason = None, ""
        try:
            connected = await self.calls.dial()
        except UnreachableError as error:
            reason = str(error)
        finally:
            self.server.dialled()
            self._dialling = {task for task in self._dialling if task is not asyncio.current_task()}
        if connected is not None:
            self.server.rest(Caller(self.server, connected), self.now())
        elif served := self.server.proven():
            self.server.serves(served, self.now())  # it has enough with those that it has
        else:
            self.calls.on_unreachable(reason)
        self.wake()


class Caller:
    """One connection, with at most one call under way, for one target after the other."""

    __slots__ = (
        "_connection",
        "_owner",
        "_position",
        "_run",
        "_server",
        "answered_at",
        "began",
        "deadline",
        "is_slow",
    )

    def __init__(self, server: Server[Caller], connected: socket.socket) -> None:
        self.deadline = math.inf
        """When the call that is under way, or else the connection, is given up; loop time."""
        self.began = 0.0
        """When the call that is under way, or else the last one, was made; loop time."""
        self.answered_at = 0.0
        """When the last answer came; 0 before the first."""
        self.is_slow = False
        """Whether the first call takes long although the server attends to it."""
        self._server = server
        self._connection = HttpConnection(connected, self)
        self._owner: Callers | None = None
        """Whose call is under way."""
        self._run: Run | None = None
        """Whose event is under way and has no outcome yet."""
        self._position = 0
        server.add(self)

    @property
    def is_calling(self) -> bool:
        """Whether an answer is waited for."""
        return self._owner is not None

    def make(self, owner: Callers, call: Call, now: float) -> None:
        """Make a call for somebody, over the connection that is there."""
        self._owner = owner
        self._run, self._position, request = call
        self.began = now
        self.deadline = now + owner.calls.timeout_ms / 1000
        self._server.arm(self.deadline)
        if not self.answered_at:
            self._server.called_first(self)
        self._connection.send(request)

    def written(self) -> None:
        """The kernel has the request."""
        if self._owner is not None and not self._owner.calls.is_answered:
            self._settle(self._owner, SENT)

    def heard(self, answer: Answer) -> None:
        """There is an answer."""
        owner, self._owner = self._owner, None
        if owner is None:
            return
        now = owner.now()
        if not self.answered_at:
            self._server.answered_first(self, now)
        self.answered_at = owner.answered_at = now
        if not owner.calls.keeps:
            self._connection.close()
        if self._connection.is_closed:
            self._server.gone(self)
        else:
            self._server.rest(self, now)
        owner.freed(self)
        self._settle(owner, judged(answer))

    def broke(self, reason: str, *, has_given_up: bool) -> None:
        """There will be no answer, so that event alone fails."""
        owner, self._owner = self._owner, None
        self._server.gone(self)
        if owner is not None:
            owner.freed(self)
            doubtful = failed(f"{reason}; {MAYBE_PROCESSED}", maybe_taken=True, cut_off=not has_given_up)
            self._settle(owner, doubtful)

    def expire(self, now: float) -> None:
        """The call that is under way has no answer in time."""
        if self._owner is not None:
            self._owner.give_up(self, now)

    def end(self, outcome: Outcome) -> None:
        """Close the connection; the call that is under way ends like this."""
        owner, self._owner = self._owner, None
        self.close()
        if owner is not None:
            self._settle(owner, outcome)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _settle(self, owner: Callers, outcome: Outcome) -> None:
        """Settle the event, once: what was sent stays so, whatever comes back."""
        run, self._run = self._run, None
        if run is not None:
            owner.successes.add(run, self._position, outcome)


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
        fault = fault_of(answer.body, answer.charset)
    except NotXmlRpcError as error:
        return _refused(str(error), answer)
    return DELIVERED if fault is None else _refused(fault, answer)


def _refused(reason: str, answer: Answer) -> Outcome:
    return failed(reason, Fault.ANSWER, answer.body[:KEPT_ANSWER])
