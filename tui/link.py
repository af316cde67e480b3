"""The link to an engine: the console's only way to it. Three verbs: snapshot, feed, command."""

from __future__ import annotations

from typing import Any, Protocol

from engine.feed import FeedRecord
from engine.snapshot import EngineSnapshot


class Link(Protocol):
    """What every link can do, whether the engine is in this process or far away."""

    async def snapshot(self) -> EngineSnapshot:
        """The engine as it is now; immutable."""

    async def feed(self, since: int, limit: int = 1_000) -> tuple[FeedRecord, ...]:
        """The feed's records numbered `since` and later, the newest `limit` of them, oldest first."""

    async def command(self, name: str, /, **parameters: Any) -> Any:
        """Carry out a command of `engine.commands`.

        Raises:
            CommandError: the engine refused; the text says why.
        """
