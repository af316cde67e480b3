"""The console's heart: asks the engine a few times a second, and keeps what it answered for everything that draws.

One timer beats; the widgets have none. Most beats only move countdowns on, which needs no answer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from engine.view.snapshot import EngineSnapshot
from tui.link.protocol import Link
from tui.model.arrangement import RowRates
from tui.model.deliveries import Deliveries
from tui.model.rates import Trends
from tui.model.snapshots import Past
from tui.model.time_series import History

_log = logging.getLogger(__name__)

BEAT_S = 0.125
"""Countdowns move this often."""

BEATS_PER_ASK = 2
"""The engine is asked at every second beat, 4 times a second."""

SLOW_FRAME_S = 0.060
"""Above this the rate is halved, so that keys are still answered at once."""

STALE_S = 2.0
"""Data older than this is shown as old."""

GIVE_UP_S = 5.0
"""A question that was not answered for this long is asked anew."""


class Pump:
    """Asks through a link, and remembers. All times are seconds; `clock` is this process' own, monotonic."""

    def __init__(self, link: Link, clock: Callable[[], float] = time.monotonic) -> None:
        self.snapshot: EngineSnapshot | None = None
        self.deliveries = Deliveries(link.name)
        self.trends = Trends()
        self.history = History()
        self.past = Past()
        self.rates = RowRates()
        self.failure: str | None = None
        """Why the last question had no answer."""
        self.badge = ""
        """What every header says of the picture as a whole: `RECORDING 02:14:09`."""
        self.lock = ""
        """What every header says when commands are refused: `LOCKED`, `READ-ONLY`."""
        self.frame_s = 0.0
        """How long it takes to bring news to the screen, smoothed."""
        self.answer_s = 0.0
        """How long the engine takes to answer, smoothed."""
        self._frozen: tuple[EngineSnapshot, float] | None = None
        self._link = link
        self.clock = clock
        self._is_asking = False
        self._started_at = clock()
        self._answered_at: float | None = None
        self._beats = 0

    @property
    def is_slow(self) -> bool:
        """Whether the screen cannot follow, so that the rate is halved."""
        return self.frame_s > SLOW_FRAME_S

    @property
    def silent_s(self) -> float:
        """Seconds since the engine last answered."""
        return self.clock() - (self._started_at if self._answered_at is None else self._answered_at)

    @property
    def is_stale(self) -> bool:
        """Whether what is shown is older than it should be."""
        return self.silent_s > STALE_S

    def now(self) -> float:
        """Monotonic seconds of the engine's clock."""
        return 0.0 if self.snapshot is None else self.snapshot.at + self.silent_s

    def wall(self) -> float:
        """The same moment, in seconds since the epoch."""
        return 0.0 if self.snapshot is None else self.snapshot.wall + self.silent_s

    @property
    def is_frozen(self) -> bool:
        """Whether the picture stands still, while the engine goes on and is asked as before."""
        return self._frozen is not None

    def turn_frozen(self) -> None:
        """Freeze the picture, or let it go on."""
        if self._frozen is not None or self.snapshot is None:
            self._frozen = None
        else:
            self._frozen = (self.snapshot, self.now())

    @property
    def picture(self) -> EngineSnapshot | None:
        """The snapshot to draw: the newest, or the one that was frozen."""
        return self.snapshot if self._frozen is None else self._frozen[0]

    def picture_now(self) -> float:
        """Monotonic seconds of the engine's clock, in the picture."""
        return self.now() if self._frozen is None else self._frozen[1]

    @property
    def unseen(self) -> int:
        """Events that were taken in since the picture was frozen."""
        if self._frozen is None or self.snapshot is None:
            return 0
        return max(self.snapshot.figures.accepted - self._frozen[0].figures.accepted, 0)

    @property
    def wall_offset(self) -> float:
        """What turns the engine's monotonic seconds into seconds since the epoch."""
        return 0.0 if self.snapshot is None else self.snapshot.wall - self.snapshot.at

    def beat(self) -> bool:
        """Count a beat of the timer; whether it is time to ask the engine."""
        self._beats += 1
        due = self._beats % (BEATS_PER_ASK * (2 if self.is_slow else 1)) == 0
        return due and not self._is_asking

    def note_frame(self, seconds: float) -> None:
        """Say how long the last news took to get to the screen."""
        self.frame_s = 0.8 * self.frame_s + 0.2 * seconds

    async def ask(self) -> None:
        """Ask for a snapshot and for what is new in the feed. Whatever goes wrong is kept in `failure`.

        A question that is still under way is enough.
        """
        if self._is_asking:
            return
        self._is_asking = True
        try:
            async with asyncio.timeout(GIVE_UP_S):
                await self._ask()
        except Exception as error:  # noqa: BLE001 - whatever a link raises is shown to the operator, and asked again
            if self.failure is None:
                _log.warning("no answer from the engine: %s", error, exc_info=True)
            self.failure = str(error) or type(error).__name__
        else:
            self.failure = None
        finally:
            self._is_asking = False

    async def _ask(self) -> None:
        asked_at = self.clock()
        snapshot = await self._link.snapshot()
        self.answer_s = 0.8 * self.answer_s + 0.2 * (self.clock() - asked_at)
        if snapshot.next_record < self.deliveries.next_record:
            self._begin_deliveries()  # another engine answers now
        page = await self._link.feed(self.deliveries.next_record)
        is_new = snapshot is not self.snapshot
        self.snapshot = snapshot
        self._answered_at = self.clock()
        if is_new:
            self.trends.note(snapshot)
            self.history.note(snapshot)
            self.rates.note(snapshot)
            self.past.note(snapshot)
        self.deliveries.fold(page, self._delivery_rate(), snapshot.at)

    def go_to(self, trends: Trends, rates: RowRates) -> None:
        """Look at another moment of a recording, of which these are the rates."""
        self.trends, self.rates = trends, rates
        self._begin_deliveries()

    def _begin_deliveries(self) -> None:
        """Begin anew; lines get numbers that no line had before."""
        self.deliveries = Deliveries(self._link.name, self.deliveries.newest + 1)

    def _delivery_rate(self) -> float:
        """Deliveries that begin each second: those that ended, and those that wait in addition."""
        return sum(self.trends.rate(name) for name in ("delivered", "sent", "undelivered", "waiting"))
