"""The link to an engine: the console's only way to it. Three verbs: snapshot, feed, command."""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from engine.audit import acting_for
from engine.commands.gate import execute
from engine.host.background import BackgroundEngine
from engine.view.records import FeedPage
from engine.view.snapshot import EngineSnapshot

T = TypeVar("T")


class Link(Protocol):
    """What every link can do, whether the engine is in this process or far away."""

    @property
    def name(self) -> str:
        """Who asks, as the engine knows it: the audit trail names it, and events that are raised have it as source."""

    async def snapshot(self) -> EngineSnapshot:
        """The engine as it is now; immutable."""

    async def feed(self, since: int, limit: int = 1_000) -> FeedPage:
        """The feed's records numbered `since` and later, the newest `limit` of them, oldest first."""

    async def command(self, name: str, /, **parameters: Any) -> Any:
        """Carry out a command of `engine.commands.gate`.

        Raises:
            CommandError: the engine refused; the text says why.
        """


class LocalLink:
    """The link to an engine in a thread of this process. Everything is done on the engine's own loop.

    Each call raises SwitchboardError when the engine does not run.
    """

    def __init__(self, background: BackgroundEngine) -> None:
        self._background = background
        self._name = f"console {_user()} {os.getpid()}"

    @property
    def name(self) -> str:
        """This console's user and process, so that two consoles of one engine can be told apart."""
        return self._name

    async def snapshot(self) -> EngineSnapshot:
        """The engine as it is now; immutable."""
        return await self._on_engine(self._snapshot())

    async def feed(self, since: int, limit: int = 1_000) -> FeedPage:
        """The feed's records numbered `since` and later, the newest `limit` of them, oldest first."""
        return await self._on_engine(self._feed(since, limit))

    async def command(self, name: str, /, **parameters: Any) -> Any:
        """Carry out a command of `engine.commands.gate`.

        Raises:
            CommandError: the engine refused; the text says why.
        """
        return await self._on_engine(self._command(name, parameters))

    async def _on_engine(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(self._background.submit(work))

    async def _snapshot(self) -> EngineSnapshot:
        return await self._background.service.context.look()

    async def _feed(self, since: int, limit: int) -> FeedPage:
        return await self._background.engine.read_feed(since, limit)

    async def _command(self, name: str, parameters: dict[str, Any]) -> Any:
        with acting_for(self._name):
            return await execute(self._background.service.context, name, **parameters)


def _user() -> str:
    """Who sits here, for the audit trail."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"  # one without a name, as in a container
