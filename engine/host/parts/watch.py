"""The part that tells the log what happens to members."""

from __future__ import annotations

from engine.commands.context import Context
from engine.config.model import Settings
from engine.host.parts.part import Part
from engine.tasks import Tasks
from engine.view.watch import watch


class WatchPart(Part):
    """Compares what the engine looks like every second."""

    name = "the watch"

    def __init__(self, context: Context, settings: Settings) -> None:
        super().__init__(context, settings)
        self._tasks = Tasks()

    @staticmethod
    def wanted(settings: Settings) -> object | None:  # noqa: ARG004 - whatever they say
        """Always the same."""
        return True

    def begin(self) -> None:
        """Watch."""
        engine = self.context.engine
        self._tasks.spawn(watch(engine.look, engine.slices), "watch")

    async def stop(self) -> None:
        """Watch no more."""
        await self._tasks.cancel()
