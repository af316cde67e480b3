"""Targets: one transport for each distinct address, shared by all members that name it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from engine.address import MemberAddress, Way, printed
from engine.tasks import Tasks
from engine.transports.base import ConnectionState, Transport, TransportContext, TransportOptions
from engine.transports.registry import load

CLOSED_AT_A_TIME = 32
"""Targets whose closing is begun in one turn of the loop."""

CLOSE_DEADLINE_S = 5.0
"""What is in flight at a target that nobody names any more gets this long to end."""


Listener: TypeAlias = Callable[["Target"], None]
"""Hears of which target the connection changed."""


class Target:
    """One address, the transport that serves it, and who wants to hear of its connection."""

    def __init__(self, key: str, address: MemberAddress, options: TransportOptions, context: TransportContext) -> None:
        self.key = key
        self.address = address
        self.options = options
        self.listeners: set[Listener] = set()
        self.transport: Transport = load(address.scheme)(address, options, replace(context, changed=self._changed))

    @property
    def down(self) -> str | None:
        """The last error while the connection is known to be down."""
        connection = self.transport.connection
        if connection.state is not ConnectionState.DOWN:
            return None
        return connection.error or "not connected"

    def _changed(self) -> None:
        for listener in tuple(self.listeners):
            listener(self)


class Targets:
    """The targets in use. `settings` are the checked options by socket prefix."""

    def __init__(self, context: TransportContext, tasks: Tasks, settings: Mapping[str, Any]) -> None:
        self._context = context
        self._tasks = tasks
        self._settings = settings
        self._targets: dict[str, Target] = {}
        """By address, for whoever joins next."""
        self._in_use: set[Target] = set()
        """Also those whose address has another target now, with other settings."""
        self.close_deadline_s = CLOSE_DEADLINE_S
        self._to_close: deque[Target] = deque()
        self._closings = 0
        """Begun in this turn of the loop."""
        self._is_closing = False

    def __len__(self) -> int:
        return len(self._in_use)

    def use_settings(self, settings: Mapping[str, Any]) -> None:
        """Options for targets that are opened from now on."""
        self._settings = settings

    def join(self, address: MemberAddress, listener: Listener) -> Target:
        """The target of `address`, made when it is the first use; `listener` hears of its connection.

        Raises:
            SwitchboardError: there is no such transport, or it cannot serve the address.
        """
        options = self._options(address.scheme)
        key = printed(address, secrets=True)
        target = self._targets.get(key)
        if target is None or target.options != options:
            target = self._targets[key] = Target(key, address, options, self._context)
            self._in_use.add(target)
        target.listeners.add(listener)
        return target

    def leave(self, target: Target, listener: Listener) -> None:
        """Stop using a target; with its last user gone it is closed in the background."""
        target.listeners.discard(listener)
        if target.listeners:
            return
        self._in_use.discard(target)
        if self._targets.get(target.key) is target:
            del self._targets[target.key]
        if self._closings < CLOSED_AT_A_TIME:
            self._begin_to_close(target)
        else:
            self._to_close.append(target)
        if not self._is_closing:
            self._is_closing = True
            self._tasks.spawn(self._close_others(), "close targets")

    def _begin_to_close(self, target: Target) -> None:
        self._closings += 1
        self._tasks.spawn(target.transport.close(self.close_deadline_s), f"close {printed(target.address)}")

    async def _close_others(self) -> None:
        """Close those that had no place in this turn of the loop, a few in each of the next: there may be thousands."""
        self._closings = 0
        while self._to_close:
            while self._to_close and self._closings < CLOSED_AT_A_TIME:
                self._begin_to_close(self._to_close.popleft())
            await asyncio.sleep(0)
            self._closings = 0
        self._is_closing = False

    async def reopen_files(self, path: str | None) -> int:
        """Reopen the flat file `path`, or all of them; how many there were."""
        chosen = [target for target in self._in_use if _has_file(target.address, path)]
        for target in chosen:
            await target.transport.reopen()
        return len(chosen)

    def _options(self, scheme: str) -> TransportOptions:
        options = self._settings.get(scheme)
        return options if isinstance(options, TransportOptions) else load(scheme).Options()


def _has_file(address: MemberAddress, path: str | None) -> bool:
    """Whether an address leads to the file `path`, or to any."""
    return any(one.way is Way.FILE and path in {None, one.path} for one in address.destinations())
