"""Says in the log what an operator without a screen would otherwise miss: members that fail and come back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from engine.health import State
from engine.log.handlers import tell_left_out
from engine.log.rate import UNPACED
from engine.slices import Slices, Steps
from engine.view.snapshot import EngineSnapshot, MemberRow, SubscriptionRow
from engine.view.stories import Crowd, Stories, Told

PERIOD_S = 1.0
"""How often it looks. A member that fails and comes back in between is not worth a line."""

_log = logging.getLogger(__name__)


class Watch:
    """Compares each snapshot with the one before. How much it logs is bounded, however many members fail how often."""

    def __init__(self) -> None:
        self._members = Stories(_MemberWords())
        self._undelivered = Stories(_UndeliveredWords())
        self._rows: dict[str, SubscriptionRow] = {}
        """As they were at the last look."""

    def look(self, snapshot: EngineSnapshot) -> Steps[None]:
        """Log what is different from the last look."""
        before, self._rows = self._rows, {}
        for row in snapshot.subscriptions:
            self._look_at(row, before.get(row.id), snapshot.at)
            self._rows[row.id] = row
            yield
        for told in self._members.turn(snapshot.at):
            _write(told, logging.WARNING)
        for told in self._undelivered.turn(snapshot.at):
            _write(told, logging.ERROR)

    def _look_at(self, row: SubscriptionRow, before: SubscriptionRow | None, now: float) -> None:
        """Look at a subscription. A row that is the same has nothing new to tell, unless its story goes on."""
        for member in row.members:
            key = (row.id, member.index, member.socket)
            if row is not before or key in self._members:
                self._look_at_member(key, row, member, before, now)
        if row is not before or row.id in self._undelivered:
            more = row.undelivered - (0 if before is None else before.undelivered)
            reason = (row.last_undelivered or "no reason was given") if more > 0 else None
            _write(self._undelivered.note(row.id, now, row.event, reason, max(0, more)), logging.ERROR)

    def _look_at_member(
        self, key: object, row: SubscriptionRow, member: MemberRow, before: SubscriptionRow | None, now: float
    ) -> None:
        if member.state is State.PAUSED:
            self._members.keep(key)
            return
        times = max(0, member.failed - _failed_before(member, before))
        name = f"{row.event}: {member.socket}"
        _write(self._members.note(key, now, name, _trouble(member), times), logging.WARNING)


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


async def watch(look: Callable[[], Awaitable[EngineSnapshot]], slices: Slices) -> None:
    """Compare what the engine looks like every second, until cancelled. Tells what the log had no room for as well."""
    observer = Watch()
    while True:
        await slices.run(observer.look(await look()))
        tell_left_out()
        await asyncio.sleep(PERIOD_S)


def _write(told: Told | None, level: int) -> None:
    if told is not None:
        _log.log(logging.INFO if told.is_end else level, "%s", told.text, extra=UNPACED)


def _failed_before(member: MemberRow, before: SubscriptionRow | None) -> int:
    """How often a member had failed at the last look; as often as now where it is new."""
    if before is None or member.index >= len(before.members):
        return member.failed
    old = before.members[member.index]
    return old.failed if old.socket == member.socket else member.failed


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _trouble(member: MemberRow) -> str | None:
    """What is wrong with a member; one that is due has not shown yet that it works."""
    if member.state in {State.FAILED, State.SLOW, State.DUE}:
        return member.error or "no reason was given"
    return None
