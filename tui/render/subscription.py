"""The lines of a subscription: its own, one a member, and a second one for the member that is selected."""

from __future__ import annotations

from typing import NamedTuple

from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.model.condition import concern, state_at
from tui.render import figures, health
from tui.render.line import Line, Part, Role, cell, fitted, shortened, squeezed
from tui.terminal.safe_text import clean

_SIGN_ROLES: dict[str, Role] = {"✓": "good", "~": "good", "✖": "bad"}

_MARKS: dict[health.Mark, tuple[str, Role]] = {
    health.Mark.NONE: (" ", "plain"),
    health.Mark.FADING: ("╎", "faint"),
    health.Mark.FRESH: ("┃", "accent"),
}

HEAD = 18
"""Cells of a member line before its socket: whose turn, state, number."""

PAIR = 15
"""Cells of two latencies."""

LONGEST_WORD = 7
"""Letters of a state that have room."""

BROAD = 220
"""From this width on there are columns of what waits and what is in flight, a longer history, and longer sockets."""


class Columns(NamedTuple):
    """How wide the columns of member lines are. Figures stand still, whatever they are."""

    socket: int
    words: int
    countdown: int
    bar: int
    """Cells of the bar in it."""
    queues: int
    latency: int
    history: int


def columns(width: int) -> Columns:
    """The columns for a width: the words give way first, then history, latency and the bar."""
    latency = PAIR if width >= 150 else 9 if width >= 120 else 0
    history = 17 if width >= BROAD else 11 if width >= 110 else 0
    bar = 10 if width >= 180 else 8 if width >= 120 else 4
    countdown = 20 + bar if width >= 120 else 0
    queues = 28 if width >= BROAD else 0
    taken = HEAD + (20 if latency else 19) + latency + history + countdown + queues
    left = max(width - taken, 20)
    most = 46 if width < BROAD else 80
    socket = min(max(left * 7 // 12, 10), most)
    return Columns(socket, left - socket, countdown, bar, queues, latency, history)


def subscription_line(
    row: SubscriptionRow,
    now: float,
    width: int,
    *,
    is_folded: bool,
    is_pinned: bool = False,
    wall_offset: float | None = None,
) -> Line:
    """Event, policy, expiry, and a sentence about its health."""
    is_wide = width >= 110
    sentence = health.sentence(row, now, wall_offset)
    # Where there is little room, the sentence needs it more than the word `permanent`.
    lasts = () if not is_wide and row.expires_at is None else (cell(expiry(row, now), 16 if is_wide else 12, "faint"),)
    return fitted(
        (
            Part("◆" if is_pinned else " ", "accent"),
            Part("▶ " if is_folded else "▼ ", "faint"),
            cell(clean(row.event), 26 if is_wide else 20, "strong"),
            cell(str(row.policy or "plain"), 14 if is_wide else 12, "accent"),
            *lasts,
            Part(sentence, health.CONCERN_ROLES[concern(row, now)]),
        ),
        width,
    )


def expiry(row: SubscriptionRow, now: float) -> str:
    """How long it lasts yet."""
    return "permanent" if row.expires_at is None else f"{figures.span(row.expires_at - now)} left"


def member_line(row: SubscriptionRow, member: MemberRow, now: float, width: int) -> Line:
    """Whose turn, state, which one, what is going on, figures, the last outcomes."""
    sizes = columns(width)
    return fitted(
        (
            *_head(member, now),
            cell(squeezed(clean(member.socket), sizes.socket - 1), sizes.socket - 1),
            Part(" "),
            *_words(row, member, now, sizes),
            *_figures(member, is_wide=bool(sizes.latency)),
            *_queues(member, sizes.queues),
            cell(_latency(member, sizes.latency), sizes.latency, "faint", right=True),
            *_history(member, sizes.history),
        ),
        width,
    )


def member_details(row: SubscriptionRow, member: MemberRow, now: float, width: int) -> Line:
    """What a narrow member line has no room for."""
    remark = health.remark(row, member, now, 0)
    figure = _latency(member, PAIR)
    words = remark.words or clean(member.socket)
    room = max(width - 7 - PAIR - 12, 10)
    return fitted(
        (
            Part("     └ ", "faint"),
            cell(words, room, remark.role),
            cell(figure, PAIR, "faint", right=True),
            Part(" "),
            *_history(member, 11),
        ),
        width,
    )


def _head(member: MemberRow, now: float) -> Line:
    look = health.look(member, now)
    sign, role = _MARKS[health.mark(member, now)]
    turn = Part("  ▶ " if member.is_next else "    ", "accent")
    word = look.word[:LONGEST_WORD]  # CONNECTING is told in full in the words of the line
    return (Part(sign, role), turn, cell(f"{look.sign} {word}", 10, look.role), cell(str(member.index + 1), 3))


def _queues(member: MemberRow, width: int) -> Line:
    """What waits and what is in flight, where there is any."""
    if not width:
        return ()
    waiting = f"{figures.count(member.waiting)} waiting" if member.waiting else ""
    in_flight = f"{figures.count(member.in_flight)} in flight" if member.in_flight else ""
    return (cell(waiting, width // 2, "warn", right=True), cell(in_flight, width - width // 2, "faint", right=True))


def _latency(member: MemberRow, width: int) -> str:
    """p50 and p99, or p50 alone where there is no room."""
    if width < PAIR:
        return figures.latency(member.latency_p50_s)
    return figures.latencies(member.latency_p50_s, member.latency_p99_s)


def _words(row: SubscriptionRow, member: MemberRow, now: float, sizes: Columns) -> Line:
    remark = health.remark(row, member, now, sizes.bar)
    role = health.STATE_LOOKS[state_at(member, now)].role
    if not remark.countdown:
        return (cell(remark.words, sizes.words + sizes.countdown - 1, remark.role), Part(" "))
    if sizes.countdown:
        return (
            cell(_with_age(remark.words, sizes.words - 1), sizes.words - 1, remark.role),
            Part(" "),
            cell(remark.countdown, sizes.countdown, role),
        )
    return (cell(_brief(remark.countdown, sizes.words - 1), sizes.words, role),)


def _with_age(words: str, width: int) -> str:
    """An error and its age; where only one of them fits whole, that is the age."""
    error, comma, age = words.rpartition(", ")
    if len(words) <= width or not comma or not age.endswith(" ago"):
        return words
    return f"{shortened(error, max(width - len(age) - 2, 0))}, {age}"


def _brief(countdown: str, width: int) -> str:
    """A countdown for a narrow column: the words go before the figures do."""
    return countdown if len(countdown) <= width else countdown.removeprefix("next ").replace("the next event", "next")


def _figures(member: MemberRow, *, is_wide: bool) -> Line:
    is_confirmed = bool(member.delivered) or not member.sent
    taken = member.delivered if is_confirmed else member.sent
    return (
        cell(figures.count(taken), 9, right=True),
        Part(" ✓" if is_confirmed else " ~", "good" if taken else "faint"),
        cell(figures.count(member.failed), 7 if is_wide else 6, "bad" if member.failed else "faint", right=True),
        Part(" ✖", "bad" if member.failed else "faint"),
    )


def _history(member: MemberRow, width: int) -> Line:
    """The last outcomes, the newest at the right."""
    if not width:
        return ()
    shown = member.history[1 - width :].rjust(width - 1)
    return (Part(" "), *(Part(sign, _SIGN_ROLES.get(sign, "faint")) for sign in shown))
