"""What state means, in the words of an operator: of a member, and of a whole subscription."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from engine.address import PolicyName
from engine.health import State
from engine.transports.base import ConnectionState
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.model.condition import CANNOT, MARKED, Concern, state_at
from tui.render import figures
from tui.render.line import Role
from tui.terminal.safe_text import clean


class StateLook(NamedTuple):
    """How a state is shown: the sign and the word say it without any colour."""

    sign: str
    word: str
    role: Role


STATE_LOOKS: dict[State, StateLook] = {
    State.UP: StateLook("●", "UP", "good"),
    State.FAILED: StateLook("✖", "FAILED", "bad"),
    State.SLOW: StateLook("◑", "SLOW", "warn"),
    State.DUE: StateLook("◔", "DUE", "warn"),
    State.UNTRIED: StateLook("○", "UNTRIED", "faint"),
    State.PAUSED: StateLook("‖", "PAUSED", "warn"),
}

CONNECTING_LOOK = StateLook("◍", "CONNECTING", "warn")
"""Of a member that waits for its connection. A mark or a pause is told before that."""


CONCERN_ROLES: dict[Concern, Role] = {Concern.NONE: "good", Concern.SOME: "warn", Concern.GRAVE: "bad"}


def look(member: MemberRow, now: float) -> StateLook:
    """How the member is shown at `now`."""
    state = state_at(member, now)
    is_open = state in {State.UP, State.UNTRIED, State.DUE}
    return CONNECTING_LOOK if is_open and member.connection is ConnectionState.CONNECTING else STATE_LOOKS[state]


MARKED_S, FADED_S = 2.0, 5.0
"""How long what changed is marked, and until when the mark is faint."""


class Mark(IntEnum):
    """How recently something changed."""

    NONE = 0
    FADING = 1
    FRESH = 2


def mark(member: MemberRow, now: float) -> Mark:
    """How recently the member's state changed, or its mark ran out. That it was never tried is no change."""
    state = state_at(member, now)
    is_out = state is State.DUE and member.skipped_until is not None
    age = now - (member.skipped_until if is_out and member.skipped_until is not None else member.since)
    if state is State.UNTRIED or not 0 <= age < FADED_S:
        return Mark.NONE
    return Mark.FRESH if age < MARKED_S else Mark.FADING


def sentence(row: SubscriptionRow, now: float, wall_offset: float | None = None) -> str:
    """The subscription's health as one would say it on the phone; trouble says since when.

    `wall_offset` (wall clock - monotonic) makes that a time of the clock; without it, it is a length of time.
    """
    said = [_said(row, now, wall_offset)]
    if row.undelivered:
        said.append(f"{figures.count(row.undelivered)} undelivered")
    if row.copies:
        said.append(f"{figures.count(row.copies)} possible cop{'y' if row.copies == 1 else 'ies'}")
    return "; ".join(said)


def _said(row: SubscriptionRow, now: float, wall_offset: float | None) -> str:
    if row.held_since is not None:
        return f"{_events(row.waiting)} held {_since(row.held_since, now, wall_offset)}: nobody can take them"
    states = [state_at(member, now) for member in row.members]
    if all(state in CANNOT for state in states):
        since = _since(max(member.since for member in row.members), now, wall_offset)
        return f"nobody can take events {since}: {_out(row.members, states)}"
    if all(state is State.UNTRIED for state in states):
        return "nothing was sent yet"
    if row.policy is PolicyName.FAILOVER:
        return _failover(row, states, now, wall_offset)
    if len(states) == 1:
        return "every event is handed over"
    out = _out(row.members, states)
    does = "take turns" if row.policy is PolicyName.ROUND_ROBIN else "get every event"
    if out:
        able = sum(state not in CANNOT for state in states)
        last = max(member.since for member, state in zip(row.members, states, strict=True) if state in _OUT_WORDS)
        return f"{able} of {len(states)} {does} {_since(last, now, wall_offset)}: {out}"
    return _turns(row) if row.policy is PolicyName.ROUND_ROBIN else _all_of_them(row, states)


def _since(at: float, now: float, wall_offset: float | None) -> str:
    return f"for {figures.span(now - at)}" if wall_offset is None else f"since {figures.clock(at + wall_offset)}"


def _failover(row: SubscriptionRow, states: Sequence[State], now: float, wall_offset: float | None) -> str:
    out = _out(row.members, states)
    following = next((member.index for member in row.members if member.is_next), None)
    if following is not None and states[following] is State.DUE:
        return f"{following + 1} is due: the next event tries it"
    taker = _taker(row, states, following)
    why = f": {out}" if out else ""
    if taker == 1:
        return f"delivered, on the 1st choice{why}"
    since = _since(max(member.since for member in row.members[: taker - 1]), now, wall_offset)
    return f"delivered, on the {_ordinal(taker)} choice {since}{why}"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _taker(row: SubscriptionRow, states: Sequence[State], following: int | None) -> int:
    """The member, from 1, that takes the events now."""
    if following is not None:
        return following + 1
    able = (member.index for member in row.members if states[member.index] in {State.UP, State.UNTRIED})
    return next(able, 0) + 1


SHARES_SAID = 6
"""Members whose shares a sentence names one by one."""


def _turns(row: SubscriptionRow) -> str:
    """Each member's share of what was taken in the last minute."""
    taken = [member.taken_lately for member in row.members]
    total = sum(taken)
    if not total:
        return f"{len(taken)} take turns"
    shares = [f"{100 * each / total:.0f}" for each in taken]
    if len(shares) > SHARES_SAID:
        shares = [f"{100 * min(taken) / total:.1f} to {100 * max(taken) / total:.1f}"]
    return f"{len(taken)} take turns: {' / '.join(shares)} % of the last {figures.count(total)}"


def _all_of_them(row: SubscriptionRow, states: Sequence[State]) -> str:
    """How many there are, and how far the slowest is behind the fastest."""
    latencies = [member.latency_p50_s for member in row.members if member.latency_p50_s is not None]
    if len(latencies) < len(states) or any(state is not State.UP for state in states):
        return f"{len(states)} of {len(states)} get every event"
    return f"{len(states)} of {len(states)} up, {figures.latency(max(latencies) - min(latencies))} apart"


_OUT_WORDS = {State.FAILED: "failed", State.SLOW: "slow", State.PAUSED: "paused", State.DUE: "due"}


def _out(members: Sequence[MemberRow], states: Sequence[State]) -> str:
    """Who is out, in words: `1 is failed, 3 is paused`; empty when nobody is."""
    return ", ".join(
        f"{member.index + 1} is {_OUT_WORDS[state]}"
        for member, state in zip(members, states, strict=True)
        if state in _OUT_WORDS
    )


def _events(number: int) -> str:
    return "1 event" if number == 1 else f"{figures.count(number)} events"


class Remark(NamedTuple):
    """What is going on with a member, and what happens next."""

    words: str
    role: Role = "plain"
    countdown: str = ""


def remark(row: SubscriptionRow, member: MemberRow, now: float, bar_width: int) -> Remark:
    """A member's situation in words. The countdown has a bar of `bar_width` cells that shrinks to nothing."""
    match state_at(member, now):
        case State.FAILED:
            return Remark(_error(member, now), "bad", _countdown(row, member, now, bar_width))
        case State.SLOW:
            return Remark(_error(member, now), "warn", _countdown(row, member, now, bar_width))
        case State.DUE:
            return Remark(_error(member, now), "warn", "due: the next event tries it")
        case State.PAUSED:
            return Remark(f"paused for {figures.span(now - member.since)}; it takes nothing until resumed", "warn")
        case State.UNTRIED:
            return Remark(_connection(member), "faint")
        case _:
            return _at_work(row, member, now)


def _error(member: MemberRow, now: float) -> str:
    text = clean(member.error or "failed")
    return text if member.error_at is None else f"{text}, {figures.span(now - member.error_at)} ago"


def _countdown(row: SubscriptionRow, member: MemberRow, now: float, bar_width: int) -> str:
    if member.skipped_until is None:
        return ""
    left = member.skipped_until - now
    share = left / row.failover_timeout if row.failover_timeout else 0.0
    return f"next try in {figures.tenths(left):>6} {figures.bar(share, bar_width)}"


def _connection(member: MemberRow) -> str:
    return "connecting" if member.connection is ConnectionState.CONNECTING else ""


def _at_work(row: SubscriptionRow, member: MemberRow, now: float) -> Remark:
    if member.connection is ConnectionState.DOWN:
        return Remark("connection is down", "warn")
    if member.connection is ConnectionState.CONNECTING:
        return Remark("connecting", "warn")
    if member.waiting:
        return Remark(f"{figures.count(member.waiting)} waiting, {figures.count(member.in_flight)} in flight", "warn")
    words = []
    if row.policy is PolicyName.FAILOVER and member.is_next and member.index > 0:
        words.append("takes what those before it cannot")
    if row.policy is PolicyName.ROUND_ROBIN and member.taken_lately:
        total = sum(one.taken_lately for one in row.members)
        words.append(f"{100 * member.taken_lately / total:.1f} % of the last {figures.count(total)}")
    if member.error is not None and member.error_at is not None:
        words.append(f"last error {figures.span(now - member.error_at)} ago: {clean(member.error)}")
    if member.in_flight and not words:
        words.append(f"{figures.count(member.in_flight)} in flight")
    return Remark("; ".join(words), "faint" if words else "plain")


def moment(row: SubscriptionRow, member: MemberRow | None, now: float) -> float | None:
    """The part of the time that a line shows: tenths while a mark counts down, seconds while something ages."""
    if member is not None and state_at(member, now) in MARKED and member.skipped_until is not None:
        return round(now, 1)
    aging = row.expires_at is not None or row.held_since is not None if member is None else member.error_at is not None
    paused = member is not None and member.state is State.PAUSED
    counting = member is None and any(one.skipped_until is not None for one in row.members)
    return float(int(now)) if aging or paused or counting else None
