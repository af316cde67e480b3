"""Says in the log what an operator without a screen would otherwise miss: members that fail and come back."""

from __future__ import annotations

import asyncio
import logging

from engine.core import Engine
from engine.health import State
from engine.lograte import UNPACED
from engine.logs import tell_left_out
from engine.snapshot import EngineSnapshot, MemberRow, SubscriptionRow
from engine.stories import Crowd, Stories, Told

PERIOD_S = 1.0
"""How often it looks. A member that fails and comes back in between is not worth a line."""

_log = logging.getLogger(__name__)


class Watch:
    """Compares each snapshot with the one before. How much it logs is bounded, however many members fail how often."""

    def __init__(self) -> None:
        self._members = Stories(_MemberWords())
        self._undelivered = Stories(_UndeliveredWords())
        self._counts: dict[object, int] = {}
        """What was counted of each member and subscription at the last look."""

    def look(self, snapshot: EngineSnapshot) -> None:
        """Log what is different from the last look."""
        before, self._counts = self._counts, {}
        for row in snapshot.subscriptions:
            for member in row.members:
                self._look_at(row, member, before, snapshot.at)
            self._look_at_undelivered(row, before, snapshot.at)
        for told in self._members.turn(snapshot.at):
            _write(told, logging.WARNING)
        for told in self._undelivered.turn(snapshot.at):
            _write(told, logging.ERROR)

    def _look_at(self, row: SubscriptionRow, member: MemberRow, before: dict[object, int], now: float) -> None:
        key = (row.id, member.index, member.socket)
        self._counts[key] = member.failed
        if member.state is State.PAUSED:
            self._members.keep(key)
            return
        times = member.failed - before.get(key, member.failed)
        name = f"{row.event}: {member.socket}"
        _write(self._members.note(key, now, name, _trouble(member), times), logging.WARNING)

    def _look_at_undelivered(self, row: SubscriptionRow, before: dict[object, int], now: float) -> None:
        self._counts[row.id] = row.undelivered
        more = row.undelivered - before.get(row.id, 0)
        reason = (row.last_undelivered or "no reason was given") if more > 0 else None
        _write(self._undelivered.note(row.id, now, row.event, reason, max(0, more)), logging.ERROR)


class _MemberWords:
    """Of members that fail."""

    def begins(self, name: str, reason: str, times: int) -> str:  # noqa: ARG002 - how often it failed is no news yet
        return f"{name} failed: {reason}"

    def goes_on(self, name: str, reason: str, times: int, seconds: int, *, is_over: bool) -> str:
        return f"{name} failed: {reason}, {_times(times)} in {seconds} s" + ("; it works now" if is_over else "")

    def ends(self, name: str) -> str | None:
        return f"{name} works again"

    def others(self, crowd: Crowd, seconds: int) -> str:
        said = [f"{crowd.joined:,} more failed, the last {crowd.name}: {crowd.reason}"] if crowd.joined else []
        said += [f"{crowd.left:,} work again or are gone"] if crowd.left else []
        said += [f"{_times(crowd.times)} in {seconds} s"] if crowd.times and not crowd.joined else []
        return f"members too many to name: {'; '.join([*said, f'{crowd.size:,} in trouble'])}"


class _UndeliveredWords:
    """Of subscriptions whose events nobody took."""

    def begins(self, name: str, reason: str, times: int) -> str:
        return f"{name}: {times} undelivered, the last because: {reason}"

    def goes_on(self, name: str, reason: str, times: int, seconds: int, *, is_over: bool) -> str:  # noqa: ARG002
        return f"{name}: {times} undelivered in {seconds} s, the last because: {reason}"

    def ends(self, name: str) -> str | None:  # noqa: ARG002 - that nothing more is undelivered is told by the members
        return None

    def others(self, crowd: Crowd, seconds: int) -> str:
        last = f", the last of {crowd.name} because: {crowd.reason}" if crowd.joined else ""
        size = max(crowd.size, crowd.left)
        return f"subscriptions too many to name ({size:,}): {crowd.times} undelivered in {seconds} s{last}"


async def watch(engine: Engine) -> None:
    """Look at an engine every second, until cancelled. It tells what the log had no room for as well."""
    observer = Watch()
    while True:
        observer.look(engine.snapshot())
        tell_left_out()
        await asyncio.sleep(PERIOD_S)


def _write(told: Told | None, level: int) -> None:
    if told is not None:
        _log.log(logging.INFO if told.is_end else level, "%s", told.text, extra=UNPACED)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _trouble(member: MemberRow) -> str | None:
    """What is wrong with a member; one that is due has not shown yet that it works."""
    if member.state in {State.FAILED, State.SLOW, State.DUE}:
        return member.error or "no reason was given"
    return None
