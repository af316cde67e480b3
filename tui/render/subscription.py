"""The lines of a subscription: its own, one a member, and a second one for the member that is selected."""

from __future__ import annotations

from typing import NamedTuple

from engine.snapshot import MemberRow, SubscriptionRow
from tui.render import figures, health
from tui.render.line import Line, Part, Role, cell, clean, fitted, squeezed

_SIGN_ROLES: dict[str, Role] = {"✓": "good", "~": "good", "✖": "bad"}

_MARKS: dict[health.Mark, tuple[str, Role]] = {
    health.Mark.NONE: (" ", "plain"),
    health.Mark.FADING: ("╎", "faint"),
    health.Mark.FRESH: ("┃", "accent"),
}

HEAD = 18
"""Cells of a member line before its socket: whose turn, state, number."""


class Columns(NamedTuple):
    """How wide the columns of member lines are. Figures stand still, whatever they are."""

    socket: int
    words: int
    countdown: int
    latency: int
    history: int


def columns(width: int) -> Columns:
    """The columns for a width: the words give way first, then history, latency and the bar."""
    latency = 9 if width >= 120 else 0
    history = 12 if width >= 110 else 0
    countdown = 30 if width >= 120 else 0
    left = max(width - HEAD - (20 if latency else 19) - latency - history - countdown, 20)
    socket = min(max(left * 3 // 5, 10), 46)
    return Columns(socket, left - socket, countdown, latency, history)


def subscription_line(
    row: SubscriptionRow, now: float, width: int, *, is_folded: bool, is_pinned: bool = False
) -> Line:
    """Event, policy, expiry, and a sentence about its health."""
    is_wide = width >= 110
    sentence = health.sentence(row, now)
    return fitted(
        (
            Part("◆" if is_pinned else " ", "accent"),
            Part("▶ " if is_folded else "▼ ", "faint"),
            cell(clean(row.event), 26 if is_wide else 20, "strong"),
            cell(str(row.policy or "plain"), 14 if is_wide else 12, "accent"),
            cell(expiry(row, now), 16 if is_wide else 12, "faint"),
            Part(sentence, health.CONCERN_ROLES[health.concern(row, now)]),
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
            cell(figures.latency(member.latency_p50_s), sizes.latency, "faint", right=True),
            *_history(member, sizes.history),
        ),
        width,
    )


def member_details(row: SubscriptionRow, member: MemberRow, now: float, width: int) -> Line:
    """What a narrow member line has no room for."""
    remark = health.remark(row, member, now, 0)
    figure = figures.latency(member.latency_p50_s)
    words = remark.words or clean(member.socket)
    room = max(width - 7 - 10 - 13, 10)
    return fitted(
        (
            Part("     └ ", "faint"),
            cell(words, room, remark.role),
            cell(figure, 10, "faint", right=True),
            *_history(member, 13),
        ),
        width,
    )


def _head(member: MemberRow, now: float) -> Line:
    look = health.STATE_LOOKS[health.state_at(member, now)]
    sign, role = _MARKS[health.mark(member, now)]
    turn = Part("  ▶ " if member.is_next else "    ", "accent")
    return (Part(sign, role), turn, cell(f"{look.sign} {look.word}", 10, look.role), cell(str(member.index + 1), 3))


def _words(row: SubscriptionRow, member: MemberRow, now: float, sizes: Columns) -> Line:
    remark = health.remark(row, member, now, 10 if sizes.countdown else 4)
    role = health.STATE_LOOKS[health.state_at(member, now)].role
    if not remark.countdown:
        return (cell(remark.words, sizes.words + sizes.countdown - 1, remark.role), Part(" "))
    if sizes.countdown:
        return (
            cell(remark.words, sizes.words - 1, remark.role),
            Part(" "),
            cell(remark.countdown, sizes.countdown, role),
        )
    return (cell(_brief(remark.countdown, sizes.words - 1), sizes.words, role),)


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
    shown = member.history[-10:].rjust(10)
    return (Part(" " * (width - 10)), *(Part(sign, _SIGN_ROLES.get(sign, "faint")) for sign in shown))
