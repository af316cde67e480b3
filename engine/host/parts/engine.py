"""The part that everything else is there for: the engine."""

from __future__ import annotations

from engine.config.model import Settings
from engine.host.gc_tuning import growing
from engine.host.parts.part import Part


class EnginePart(Part):
    """The engine of the context. It is never exchanged: the service has it apply what other settings change."""

    name = "the engine"

    @staticmethod
    def wanted(settings: Settings) -> object | None:  # noqa: ARG004 - whatever they say
        """Always the same."""
        return True

    async def start(self) -> None:
        """Subscribe what the settings say.

        Raises:
            SwitchboardError: a socket or a transport cannot be used.
        """
        with growing():
            await self.context.engine.start()

    async def stop(self) -> None:
        """Give what is in flight its deadline, flush, leave nothing running."""
        await self.context.engine.stop()
