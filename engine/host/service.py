"""A whole dispatcher from one configuration: an ordered list of parts, started, exchanged and stopped together."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

from engine.clock import Clock
from engine.commands.context import Context
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import SwitchboardError
from engine.host.gc_tuning import growing
from engine.host.parts import PARTS, Part
from engine.subscriptions.reload import ReloadReport

_log = logging.getLogger(__name__)


class _Running(NamedTuple):
    part: Part
    wanted: object
    """What it was made for."""


class Service:
    """Everything that a configuration asks for, on one event loop. What it does not ask for is not even imported."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, file: Path | None = None) -> None:
        """`file` is where the settings come from, if that is a file of the user's own."""
        self.context = Context(Engine(settings, clock=clock), None if file is None else file.absolute())
        self._settings = settings
        self._running: dict[type[Part], _Running] = {}

    @property
    def engine(self) -> Engine:
        """The engine that everything else is there for."""
        return self.context.engine

    async def start(self) -> None:
        """Start the parts that the settings want, in order.

        Raises:
            SwitchboardError: one of them cannot start; the text says which and why. What had started is stopped.
        """
        try:
            for kind in PARTS:
                await self._start(kind, self._settings)
        except BaseException:
            await self.stop()
            raise
        for kind in PARTS:
            self._begin(kind)

    async def stop(self) -> None:
        """Stop cleanly, in the opposite order: first what brings events, last what receives them. Harmless twice."""
        for kind in reversed(PARTS):
            await self._stop(self._running.pop(kind, None))

    async def reload(self, settings: Settings) -> ReloadReport:
        """Apply the difference to another configuration; what did not change is left alone.

        Parts of which the settings want another are exchanged. Then the engine has the last word.

        Raises:
            SwitchboardError: a part cannot start as the new configuration says, or the engine refuses it. Nothing was
                changed then: what had been exchanged is taken back.
        """
        former: dict[type[Part], _Running | None] = {}
        try:
            for kind in PARTS:
                running = self._running.get(kind)
                if kind.wanted(settings) != (None if running is None else running.wanted):
                    former[kind] = self._running.pop(kind, None)
                    await self._exchange(kind, former[kind], settings)
            with growing():
                report = await self.engine.reload(settings)
        except BaseException:
            for kind in reversed(former):
                await self._take_back(kind, former[kind])
            raise
        self._settings = settings
        await self._go_on(former)
        return report

    async def _exchange(self, kind: type[Part], former: _Running | None, settings: Settings) -> None:
        if not kind.can_overlap:
            await self._stop(former)
        await self._start(kind, settings)

    async def _take_back(self, kind: type[Part], former: _Running | None) -> None:
        """Have the former part again, in the place of one that was to follow it."""
        await self._stop(self._running.pop(kind, None))
        if former is None:
            return
        if kind.can_overlap:
            self._running[kind] = former  # it never stopped
            return
        try:
            await self._start(kind, self._settings)
        except SwitchboardError as error:
            await self._stop(self._running.pop(kind, None))
            _log.error("%s does not run any more, until the next reload: %s", kind.name, error)
        else:
            self._begin(kind)

    async def _go_on(self, former: dict[type[Part], _Running | None]) -> None:
        """Go on under the settings that everyone has agreed to."""
        for kind, running in self._running.items():
            if kind not in former:
                running.part.heed(self._settings)
        for kind, before in former.items():
            self._begin(kind)
            if kind.can_overlap:
                await self._stop(before)

    async def _start(self, kind: type[Part], settings: Settings) -> None:
        wanted = kind.wanted(settings)
        if wanted is None:
            return
        self._running[kind] = _Running(kind(self.context, settings), wanted)  # so that half a start is stopped, too
        await self._running[kind].part.start()

    def _begin(self, kind: type[Part]) -> None:
        if kind in self._running:
            self._running[kind].part.begin()

    @staticmethod
    async def _stop(running: _Running | None) -> None:
        """Stop a part. What goes wrong is logged, as the others are to be stopped whatever becomes of it."""
        if running is None:
            return
        try:
            await running.part.stop()
        except Exception:  # noqa: BLE001 - see above
            _log.exception("%s did not stop cleanly", running.part.name)
