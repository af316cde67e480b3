"""Endpoints that cannot be reached now: whose turn it is to try, and when, so that trying often harms nobody."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address
from random import Random, SystemRandom
from typing import TypeAlias
from weakref import WeakValueDictionary

LOCAL_PAUSE_S = 0.05
"""From one attempt at an endpoint of this machine to the next: a refusal there costs microseconds."""

REMOTE_GAP_S = 0.25
"""Attempts across a network, and those that cost more than a refusal, keep at least this distance when hurried."""

BACKOFF_FIRST_S = 0.1
BACKOFF_MAX_S = 2.0
ATTEMPTS_PER_S = 100
"""Attempts over all endpoints. With many dead ones each of them waits longer, so that they cost no more than few."""

TRIED_AT_A_TIME = 8
"""Endpoints that try in one turn of the loop; where it is the turn of more, the others follow in the next."""

WOKEN_AT_A_TIME = 64
"""So many targets of one endpoint connect in one turn of the loop, once it is there again."""

Attempt: TypeAlias = Callable[[], None]
"""Begins to try; the target says how it ended, through `failed`, `reached` or `leave`."""


class Peers:
    """The endpoints of all targets of an engine."""

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()
        self.waiting = 0
        """Endpoints that somebody waits for."""
        self._due: OrderedDict[Peer, None] = OrderedDict()
        """Endpoints whose turn it is."""
        self._peers: WeakValueDictionary[str, Peer] = WeakValueDictionary()

    def at(self, host: str, port: int, kind: str = "tcp") -> Peer:
        """The endpoint that every target with this host and port shares."""
        return self.named(f"{kind} {host.lower()} {port}", is_local=is_on_this_machine(host))

    def named(self, name: str, *, is_local: bool) -> Peer:
        """An endpoint by a name of its own."""
        peer = self._peers.get(name)
        if peer is None:
            peer = self._peers[name] = Peer(self, is_local=is_local)
        return peer

    def let_try(self, peer: Peer) -> None:
        """It is an endpoint's turn."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._try_some)
        self._due[peer] = None

    def _try_some(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(min(TRIED_AT_A_TIME, len(self._due))):
            peer, _nothing = self._due.popitem(last=False)
            loop.call_soon(peer.try_now)  # each by itself: what one of them raises is not to reach the others
        if self._due:
            loop.call_soon(self._try_some)


class Peer:
    """One endpoint. Its targets try in turn, one at a time; who reaches it wakes the others."""

    def __init__(self, peers: Peers, *, is_local: bool) -> None:
        self._peers = peers
        self._is_local = is_local
        self._waiting: OrderedDict[Attempt, None] = OrderedDict()
        """Who waits, in the order of their turns."""
        self._trying: set[Attempt] = set()
        self._costly = 0
        """Failures in a row that cost more than a refusal on this machine."""
        self._tried_at = float("-inf")
        """When the last attempt began, in loop time."""
        self._turn_at = 0.0
        self._is_due = False
        """Whether its turn has come, and others are still before it."""
        self._timer: asyncio.TimerHandle | None = None

    def began(self, attempt: Attempt) -> None:
        """A target tries, in its turn or because it must know at once."""
        self._remove(attempt)
        self._is_due = False
        self._trying.add(attempt)
        self._tried_at = asyncio.get_running_loop().time()

    def failed(self, attempt: Attempt, *, is_refused: bool, is_fresh: bool = False) -> float:
        """It was in vain, or the connection was lost: wait for the next turn. In how many seconds that will be.

        Args:
            attempt: what is to be called then.
            is_refused: the endpoint refused or ended it, which on this machine is cheap to find out.
            is_fresh: what was lost had lasted, so that earlier failures count no more.
        """
        now = asyncio.get_running_loop().time()
        is_cheap = self._is_local and is_refused
        self._costly = 0 if is_cheap or is_fresh else self._costly + 1
        self._trying.discard(attempt)
        self._add(attempt)
        pause = max(self._pause(), self._share_s)
        turn_at = self._tried_at + pause if is_cheap else now + pause
        if not self._trying and (self._timer is None or turn_at > self._turn_at):
            self._arm(turn_at)
        return max(0.0, turn_at - now) + pause * (len(self._waiting) - 1)

    def reached(self, attempt: Attempt) -> None:
        """It is there: everybody else connects now."""
        self._trying.discard(attempt)
        self._remove(attempt)
        self._stop_timer()
        if self._waiting:
            self._wake(list(self._waiting))

    def hurry(self, attempt: Attempt) -> None:
        """Something is to be sent: this target is the next, as soon as the last attempt is not too fresh."""
        if attempt not in self._waiting:
            return
        turn_at = self._tried_at + max(self._gap_s, self._share_s)
        self._waiting.move_to_end(attempt, last=False)
        if not self._trying and not self._is_due and (self._timer is None or turn_at < self._turn_at):
            self._arm(turn_at)

    def leave(self, attempt: Attempt) -> None:
        """A target needs it no more, or does not know whether it is there."""
        self._trying.discard(attempt)
        self._remove(attempt)
        if not self._waiting:
            self._stop_timer()
        elif self._timer is None and not self._trying and not self._is_due:
            self._arm(self._tried_at + max(self._gap_s, self._share_s))

    @property
    def _gap_s(self) -> float:
        return LOCAL_PAUSE_S if self._is_local and not self._costly else REMOTE_GAP_S

    @property
    def _share_s(self) -> float:
        """What this endpoint must leave to the others."""
        return self._peers.waiting / ATTEMPTS_PER_S

    def _pause(self) -> float:
        if self._is_local and not self._costly:
            return LOCAL_PAUSE_S
        limit = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** min(self._costly, 16))
        return limit * self._peers.random.uniform(0.5, 1.0)

    def _add(self, attempt: Attempt) -> None:
        self._peers.waiting += not self._waiting
        self._waiting[attempt] = None

    def _remove(self, attempt: Attempt) -> None:
        if attempt in self._waiting:
            del self._waiting[attempt]
            self._peers.waiting -= not self._waiting

    def _arm(self, turn_at: float) -> None:
        self._stop_timer()
        self._turn_at = turn_at
        self._timer = asyncio.get_running_loop().call_at(turn_at, self._turn)

    def _stop_timer(self) -> None:
        self._is_due = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def try_now(self) -> None:
        """Whoever of its targets is the next tries, if any still waits."""
        is_due, self._is_due = self._is_due, False
        if is_due and self._waiting and not self._trying:
            next(iter(self._waiting))()

    def _turn(self) -> None:
        self._timer = None
        self._is_due = True
        self._peers.let_try(self)

    def _wake(self, woken: list[Attempt]) -> None:
        for attempt in woken[:WOKEN_AT_A_TIME]:
            if attempt in self._waiting:
                attempt()
        if len(woken) > WOKEN_AT_A_TIME:
            asyncio.get_running_loop().call_soon(self._wake, woken[WOKEN_AT_A_TIME:])


def is_on_this_machine(host: str) -> bool:
    """Whether a host, by its text alone, is this machine: a loopback address or a name of one."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".").split(".")[-1] == "localhost"
