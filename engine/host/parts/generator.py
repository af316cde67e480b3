"""The part that raises the events of a demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.config.model import Settings
from engine.host.parts.part import Part

if TYPE_CHECKING:
    from engine.sources.generator import Generator


class GeneratorPart(Part):
    """The generator."""

    name = "the generator"
    _generator: Generator | None = None

    @staticmethod
    def wanted(settings: Settings) -> object | None:
        """The names and the rate."""
        return None if settings.lab is None else settings.lab.generator

    def begin(self) -> None:
        """Raise events."""
        from engine.sources.generator import Generator  # noqa: PLC0415 - for demos alone

        assert self.settings.lab is not None and self.settings.lab.generator is not None  # noqa: S101, PT018 - wanted
        engine = self.context.engine
        self._generator = Generator(self.settings.lab.generator, engine.raise_many, engine.clock, engine.tasks)
        self._generator.start()

    async def stop(self) -> None:
        """Raise no more."""
        generator, self._generator = self._generator, None
        if generator is not None:
            await generator.stop()
