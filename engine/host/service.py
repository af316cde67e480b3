"""A whole dispatcher from one configuration: the engine, its management interface, and the lab of a demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.clock import Clock
from engine.config.model import GeneratorSettings, LabSettings, Settings
from engine.core import Engine
from engine.errors import SwitchboardError
from engine.host.gc_tuning import growing
from engine.log.handlers import attach, detach

if TYPE_CHECKING:
    from engine.lab import Lab
    from engine.mi.http import MiHttp
    from engine.sources.generator import Generator
    from engine.subscriptions.reload import ReloadReport

# Imports inside functions: aiohttp and the lab cost a few hundred milliseconds, and most runs need neither.


class Service:
    """Everything that a configuration asks for, on one event loop. What it does not ask for is not even imported."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, file: Path | None = None) -> None:
        """`file` is where the settings come from, if that is a file of the user's own."""
        self.engine = Engine(settings, clock=clock)
        self.engine.config_file = None if file is None else file.absolute()
        self._settings = settings
        self._lab: Lab | None = None
        self._mi: MiHttp | None = None
        self._generator: Generator | None = None

    async def start(self) -> None:
        """Start the receivers of the lab, the engine, MI and the generator, in this order.

        Raises:
            SwitchboardError: one of them cannot start; the text says which and why. What had started is stopped.
        """
        attach(self.engine.log)
        try:
            await self._use_lab(self._settings.lab)
            with growing():
                await self.engine.start()
            await self._use_mi(await self._listening(self._settings))
            await self._use_generator(_generator_of(self._settings))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop cleanly, in the opposite order: first what brings events, last what receives them. Harmless twice."""
        await self._use_generator(None)
        await self._use_mi(None)
        await self.engine.stop()
        await self._use_lab(None)
        detach(self.engine.log)

    async def reload(self, settings: Settings) -> ReloadReport:
        """Apply the difference to another configuration; what did not change is left alone.

        Raises:
            SwitchboardError: MI or a receiver cannot listen where the new configuration says. Nothing was changed then.
        """
        old = self._settings
        is_same_mi = _http_of(settings) == _http_of(old)
        mi = self._mi if is_same_mi else await self._listening(settings)
        try:
            if _receivers_of(settings) != _receivers_of(old):
                await self._exchange_lab(settings.lab)
            with growing():
                report = await self.engine.reload(settings)
        except BaseException:
            if mi is not None and not is_same_mi:
                await mi.stop()
            raise
        self._settings = settings
        if mi is not None and settings.mi is not None:
            mi.settings = settings.mi
        if not is_same_mi:
            await self._use_mi(mi)
        if _generator_of(settings) != _generator_of(old):
            await self._use_generator(_generator_of(settings))
        return report

    async def _listening(self, settings: Settings) -> MiHttp | None:
        """A management interface that listens where the settings say; None where they say nothing."""
        if settings.mi is None or settings.mi.http is None:
            return None
        from engine.mi.http import MiHttp  # noqa: PLC0415

        mi = MiHttp(self.engine, settings.mi)
        await mi.start()
        return mi

    async def _use_mi(self, mi: MiHttp | None) -> None:
        before, self._mi = self._mi, mi
        self.engine.mi_url = None if mi is None else mi.url
        if before is not None:
            await before.stop()

    async def _use_lab(self, settings: LabSettings | None) -> None:
        before, self._lab, self.engine.lab = self._lab, None, None
        if before is not None:
            await before.stop()
        if settings is None or not settings.receivers:
            return
        from engine.lab import Lab  # noqa: PLC0415

        lab = Lab(settings)
        await lab.start()
        self._lab = self.engine.lab = lab

    async def _exchange_lab(self, settings: LabSettings | None) -> None:
        """Another lab; when it cannot start, the one there was is started again."""
        try:
            await self._use_lab(settings)
        except SwitchboardError:
            await self._use_lab(self._settings.lab)
            raise

    async def _use_generator(self, settings: GeneratorSettings | None) -> None:
        before, self._generator = self._generator, None
        if before is not None:
            await before.stop()
        if settings is None:
            return
        from engine.sources.generator import Generator  # noqa: PLC0415

        engine = self.engine
        self._generator = Generator(settings, engine.raise_many, engine.clock, engine.tasks)
        self._generator.start()


def _http_of(settings: Settings) -> str | None:
    return None if settings.mi is None else settings.mi.http


def _receivers_of(settings: Settings) -> tuple[object, ...]:
    return () if settings.lab is None else settings.lab.receivers


def _generator_of(settings: Settings) -> GeneratorSettings | None:
    return None if settings.lab is None else settings.lab.generator
