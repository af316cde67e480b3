"""Says in the log what an operator without a screen would otherwise miss: members that fail and come back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from engine.core import Engine
from engine.health import State
from engine.snapshot import EngineSnapshot, MemberRow, SubscriptionRow

PERIOD_S = 1.0
"""How often it looks. A member that fails and comes back in between is not worth a line."""

_log = logging.getLogger(__name__)
_Key = tuple[str, int]


class Watch:
    """Compares each snapshot with the one before. Its log is bounded: a line per member and look at most."""

    def __init__(self) -> None:
        self._trouble: dict[_Key, str | None] = {}
        self._undelivered: dict[str, int] = {}

    def look(self, snapshot: EngineSnapshot) -> None:
        """Log what is different from the last look."""
        trouble: dict[_Key, str | None] = {}
        for row, member in _members(snapshot):
            key = (row.id, member.index)
            before = self._trouble.get(key)
            now = trouble[key] = before if member.state is State.PAUSED else _trouble(member)
            if now is not None and before is None:
                _log.warning("%s: %s failed: %s", row.event, member.socket, now)
            elif now is None and before is not None:
                _log.info("%s: %s works again", row.event, member.socket)
        self._trouble = trouble
        self._look_at_undelivered(snapshot)

    def _look_at_undelivered(self, snapshot: EngineSnapshot) -> None:
        for row in snapshot.subscriptions:
            more = row.undelivered - self._undelivered.get(row.id, 0)
            if more > 0:
                _log.error("%s: %d undelivered, the last because: %s", row.event, more, row.last_undelivered)
        self._undelivered = {row.id: row.undelivered for row in snapshot.subscriptions}


async def watch(engine: Engine) -> None:
    """Look at an engine every second, until cancelled."""
    observer = Watch()
    while True:
        observer.look(engine.snapshot())
        await asyncio.sleep(PERIOD_S)


def _members(snapshot: EngineSnapshot) -> Iterator[tuple[SubscriptionRow, MemberRow]]:
    return ((row, member) for row in snapshot.subscriptions for member in row.members)


def _trouble(member: MemberRow) -> str | None:
    """What is wrong with a member; one that is due has not shown yet that it works."""
    if member.state in {State.FAILED, State.SLOW, State.DUE}:
        return member.error or "no reason was given"
    return None
