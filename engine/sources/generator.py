"""A gentle stream of realistic events, for demos."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle
from random import Random, SystemRandom

from engine.clock import Clock
from engine.config.model import GeneratorSettings
from engine.errors import BusyError, RefusedError
from engine.event import Event
from engine.sources.variation import varied_event
from engine.tasks import Tasks

_log = logging.getLogger(__name__)

SOURCE = "generator"
"""Who the operator sees as the raiser."""

_PAUSE_S = 0.02
"""Shortest pause between two batches; at high rates a batch holds what is due after it."""

_CATCH_UP_S = 0.5
"""What is due for longer, because nobody took it or the machine slept, is left out instead of raised in a lump."""

_BATCH_MAX = 5000
"""Events that are raised in one go at most."""

RaiseMany = Callable[[Sequence[Event], str], Awaitable[None]]


class Generator:
    """Raises the configured events in turn at the configured rate, until it is stopped.

    Args:
        settings: names and rate.
        raise_many: takes events and their source, and waits for room; `BusyError` from it leaves out the rest,
            any other `RefusedError` ends the stream.
        clock: decides how many are due.
        tasks: where its one task lives.
        random: of the parameters; tests seed it.
    """

    def __init__(
        self,
        settings: GeneratorSettings,
        raise_many: RaiseMany,
        clock: Clock,
        tasks: Tasks,
        *,
        random: Random | None = None,
    ) -> None:
        self.raised = 0
        """Events that were taken in."""
        self._rate = settings.rate
        self._raise_many = raise_many
        self._clock = clock
        self._tasks = tasks
        self._random = random or SystemRandom()
        self._names = cycle(settings.events)
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it raises events."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin to raise events. Harmless when it does already."""
        if not self.is_running:
            self._task = self._tasks.spawn(self._run(), "generator")

    async def stop(self) -> None:
        """Raise no more; returns when it has ended. Harmless when it never ran."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        next_at = self._clock.now()
        pause = max(_PAUSE_S, 1 / self._rate)
        try:
            while True:
                now = self._clock.now()
                next_at = max(next_at, now - max(_CATCH_UP_S, 1 / self._rate))
                due = min(_BATCH_MAX, int((now - next_at) * self._rate) + 1) if now >= next_at else 0
                if due:
                    self.raised += await self._raise(due)
                    next_at += due / self._rate
                await asyncio.sleep(min(pause, max(_PAUSE_S, next_at - self._clock.now())))
        except RefusedError as error:
            _log.info("the generator ends: %s", error)

    async def _raise(self, count: int) -> int:
        """Raise so many; how many were taken. Where nobody has room for more, the rest is left out."""
        try:
            await self._raise_many([self._event() for _ in range(count)], SOURCE)
        except BusyError as error:
            return error.taken
        return count

    def _event(self) -> Event:
        return varied_event(next(self._names), self._random, self._clock.wall())
