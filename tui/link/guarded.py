"""A link that refuses what would change the engine, while the console is locked."""

from __future__ import annotations

from typing import Any

from engine.commands.registry import COMMANDS
from engine.errors import CommandError
from engine.view.records import FeedPage
from engine.view.snapshot import EngineSnapshot
from tui.link.protocol import Link

REFUSED = 403


class GuardedLink:
    """Another link behind a lock. `is_read_only`: it can never be opened."""

    def __init__(self, link: Link, *, is_read_only: bool = False) -> None:
        self.is_read_only = is_read_only
        self.inner = link
        """What is behind the lock."""
        self._is_locked = is_read_only

    @property
    def name(self) -> str:
        """That of the link behind the lock."""
        return self.inner.name

    @property
    def is_locked(self) -> bool:
        """Whether commands that change anything are refused."""
        return self._is_locked

    def turn(self) -> bool:
        """Lock or unlock; whether it could be done."""
        if not self.is_read_only:
            self._is_locked = not self._is_locked
        return not self.is_read_only

    async def snapshot(self) -> EngineSnapshot:
        """The engine as it is now; immutable."""
        return await self.inner.snapshot()

    async def feed(self, since: int, limit: int = 1_000) -> FeedPage:
        """The feed's records numbered `since` and later, the newest `limit` of them, oldest first."""
        return await self.inner.feed(since, limit)

    async def command(self, name: str, /, **parameters: Any) -> Any:
        """Carry out a command of `engine.commands.gate`.

        Raises:
            CommandError: the engine refused, or the lock does; the text says why.
        """
        found = COMMANDS.get(name)
        if self._is_locked and (found is None or found.changes):
            raise CommandError(REFUSED, "Read-only", self._why())
        return await self.inner.command(name, **parameters)

    def _why(self) -> str:
        if self.is_read_only:
            return "this console was started with --read-only; nothing was changed"
        return "the console is locked, until you unlock it; nothing was changed"
