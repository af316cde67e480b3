"""The part that keeps the last lines of the log."""

from __future__ import annotations

from engine.config.model import Settings
from engine.host.parts.part import Part
from engine.log.handlers import attach, detach


class LogPart(Part):
    """Has the ring of the context listen."""

    name = "the log"

    @staticmethod
    def wanted(settings: Settings) -> object | None:  # noqa: ARG004 - whatever they say
        """Always the same."""
        return True

    async def start(self) -> None:
        """Listen."""
        attach(self.context.log)

    async def stop(self) -> None:
        """Listen no more."""
        detach(self.context.log)
