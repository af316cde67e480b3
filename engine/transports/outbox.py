"""The runs that wait at a transport: their order, their deadlines, taking them back, and waiting until none is left."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from engine.run import Outcome, Run
from engine.transports.settlement import settle_open


class Entry:
    """A run in an outbox. Its events before `position` were handed over, and end by themselves."""

    __slots__ = ("count", "position", "run")

    def __init__(self, run: Run) -> None:
        self.run = run
        self.position = 0
        self.count = len(run)
        """Events that are to be handed over; those behind them were taken back."""

    @property
    def rest(self) -> range:
        """The positions that are not handed over yet."""
        return range(self.position, self.count)

    def take_back(self) -> range:
        """Leave out what the other side has no part of. Returns the positions of these events."""
        stop, self.count = self.count, self.position
        return range(self.position, stop)

    def end(self, positions: range, outcome: Outcome) -> None:
        """Settle what is open of `positions`."""
        settle_open(self.run, positions, outcome)


E = TypeVar("E", bound=Entry)
R = TypeVar("R")


class Outbox(Generic[E]):
    """What waits to be handed over at one transport, in order.

    `hand_over` is given the first entry. It hands over what goes now, takes the entry off `entries` when that is all,
    and returns whether the next one may follow; False ends the round. `has_in_flight` tells whether something that was
    handed over has no outcome yet. `next_deadline` (loop time) tells when `expire` must be called, at the latest; it
    may move to a later time as it likes, and to an earlier one after `disarm`. `on_empty` hears that nothing is left
    to wait for, before the events that were taken back are settled.

    Outcomes may start runs, and take some back, at any moment. So runs that come while outcomes are told wait until
    all of these are told, and `entries` is one and the same deque for good.
    """

    def __init__(
        self,
        hand_over: Callable[[E], bool],
        *,
        has_in_flight: Callable[[], bool],
        next_deadline: Callable[[], float | None],
        expire: Callable[[float], None],
        on_empty: Callable[[], None],
    ) -> None:
        self.entries: deque[E] = deque()
        self.is_closed = False
        """Set when the transport takes no more runs."""
        self.is_held = False
        """Whether `pump` leaves everything where it is, as it is under way or outcomes are being told."""
        self._hand_over = hand_over
        self._has_in_flight = has_in_flight
        self._next_deadline = next_deadline
        self._expire = expire
        self._on_empty = on_empty
        self._timer: asyncio.TimerHandle | None = None
        self._waiters: set[asyncio.Future[None]] = set()

    def pump(self) -> None:
        """Hand over what waits, in order, until nothing is left or no more is taken."""
        if self.is_held:
            return
        entries, hand_over = self.entries, self._hand_over
        self.is_held = True
        try:
            while entries and hand_over(entries[0]):
                pass
        finally:
            self.is_held = False
        if self._timer is None:
            self.arm()
        if self._waiters:
            self.notify_if_quiet()

    def hold_while(self, settle: Callable[[], R]) -> R:
        """Call `settle`, which tells outcomes; runs that these start wait for the next `pump`."""
        self.is_held = True
        try:
            return settle()
        finally:
            self.is_held = False

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Settle with `outcome` what was not handed over of the runs that are wanted back."""
        taken = [(entry, entry.take_back()) for entry in self.entries if is_wanted(entry.run)]
        if taken:
            left = [entry for entry in self.entries if entry.position < entry.count]
            self.entries.clear()
            self.entries.extend(left)
        if not self.entries:
            self._on_empty()
        for entry, positions in taken:
            entry.end(positions, outcome)
        self.notify_if_quiet()

    def empty(self) -> list[E]:
        """Take everything out. What comes in after that is of another time."""
        entries = list(self.entries)
        self.entries.clear()
        return entries

    def fail(self, outcome: Outcome) -> None:
        """Settle everything that waits with `outcome`; what these outcomes start waits anew."""
        for entry in self.empty():
            entry.end(entry.rest, outcome)
        self.notify_if_quiet()

    # Quiet: nothing waits, nothing is in flight

    async def until_quiet(self, limit_s: float) -> None:
        """Wait until nothing waits and nothing is in flight, `limit_s` seconds at most."""
        if not self.entries and not self._has_in_flight():
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=limit_s)
        finally:
            self._waiters.discard(waiter)

    def notify_if_quiet(self) -> None:
        """Let `until_quiet` return, if it is quiet. To be called when something in flight has ended."""
        if self._waiters and not self.entries and not self._has_in_flight():
            while self._waiters:
                self._waiters.pop().set_result(None)

    # Deadlines: one timer, which is left running when its deadline has moved, and then looks again

    def arm(self) -> None:
        """See to it that the next deadline is noticed."""
        if self._timer is None and (deadline := self._next_deadline()) is not None:
            self._timer = asyncio.get_running_loop().call_at(deadline, self._check)

    def disarm(self) -> None:
        """Forget the deadline; the next `arm` asks anew."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        deadline = self._next_deadline()
        now = asyncio.get_running_loop().time()
        if deadline is not None and deadline <= now:
            self._expire(now)
        else:
            self.arm()
