"""The wallboard: what can be read from the other end of a room. Big digits, few lines, trouble in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.view.snapshot import EngineSnapshot, SubscriptionRow
from tui.model.condition import Concern, concern
from tui.model.rates import Trends
from tui.render import figures, health
from tui.render.health import CONCERN_ROLES
from tui.render.line import Line, Part, Role, cell, fitted
from tui.terminal.safe_text import clean

_FONT = {
    "0": "111101101101111",
    "1": "010110010010111",
    "2": "111001111100111",
    "3": "111001111001111",
    "4": "101101111001001",
    "5": "111100111001111",
    "6": "111100111101111",
    "7": "111001001001001",
    "8": "111101111101111",
    "9": "111101111001111",
    ".": "000000000000010",
    "k": "100101110101101",
    "M": "101111111101101",
    " ": "000000000000000",
}
"""Each sign is five rows of three."""

ROWS, COLUMNS = 5, 3

SIGNS_MAX = 4
"""Signs of one figure."""


class Big(NamedTuple):
    """One figure and what it is."""

    caption: str
    text: str
    role: Role


def short(number: float) -> str:
    """A number in at most four signs: `7`, `1204`, `12k`, `3.4M`."""
    if number < 9.95 and number != int(number):
        return f"{number:.1f}"
    for limit, divisor, unit in ((9_999.5, 1, ""), (999_500, 1e3, "k"), (9.95e6, 0, ""), (999.5e6, 1e6, "M")):
        if number < limit:
            return f"{number / 1e6:.1f}M" if not divisor else f"{number / divisor:.0f}{unit}"
    return "999M"


def digits(text: str, scale: int) -> list[str]:
    """A text in big signs: five rows, each dot `scale` cells wide and a gap after each sign."""
    return [_row(text, y, scale) for y in range(ROWS)]


def _row(text: str, y: int, scale: int) -> str:
    signs = (_FONT.get(sign, _FONT[" "])[y * COLUMNS : (y + 1) * COLUMNS] for sign in text)
    return "".join("".join("█" * scale if dot == "1" else " " * scale for dot in sign) + " " * scale for sign in signs)


def wallboard_lines(snapshot: EngineSnapshot, trends: Trends, now: float, width: int, height: int) -> list[Line]:
    """The whole board."""
    scale = 2 if width >= 2 * 4 * SIGNS_MAX * (COLUMNS + 1) + 8 else 1
    bigs = _bigs(snapshot, trends)
    lines = [_blank(width), *_verdict(snapshot.subscriptions, now, width), _blank(width)]
    lines += _figure_lines(bigs, width, scale)
    lines.append(_blank(width))
    return lines + _trouble_lines(snapshot, now, width, max(height - len(lines), 0))


def _bigs(snapshot: EngineSnapshot, trends: Trends) -> tuple[Big, ...]:
    numbers, failed = snapshot.figures, trends.rate("failed")
    taken = trends.rate("delivered") + trends.rate("sent")
    return (
        Big("delivered /s", short(taken if taken < 9.95 else round(taken)), "good"),
        Big("failed /s", short(failed if failed < 9.95 else round(failed)), "bad" if failed >= 0.05 else "faint"),
        Big("waiting", short(numbers.waiting), "warn" if numbers.waiting else "faint"),
        Big("undelivered", short(numbers.undelivered), "bad" if numbers.undelivered else "faint"),
    )


def _verdict(rows: Sequence[SubscriptionRow], now: float, width: int) -> list[Line]:
    """The answer to the one question: is everything being delivered?"""
    worst = max((concern(row, now) for row in rows), default=Concern.NONE)
    needy = sum(concern(row, now) > Concern.NONE for row in rows)
    words = {
        Concern.NONE: "✓ EVERYTHING IS BEING DELIVERED" if rows else "○ NOBODY IS SUBSCRIBED",
        Concern.SOME: f"◔ DELIVERED, BUT {needy} OF {len(rows)} SUBSCRIPTIONS MISS A MEMBER",
        Concern.GRAVE: f"✖ NOT EVERYTHING IS BEING DELIVERED: {needy} OF {len(rows)} SUBSCRIPTIONS",
    }[worst]
    return [fitted((Part("  "), Part(words, CONCERN_ROLES[worst] if rows else "faint")), width)]


def _figure_lines(bigs: Sequence[Big], width: int, scale: int) -> list[Line]:
    column = max((width - 2) // len(bigs), 1)
    drawn = [digits(big.text, scale) for big in bigs]
    lines = [
        fitted((Part("  "), *(cell(rows[y], column, big.role) for big, rows in zip(bigs, drawn, strict=True))), width)
        for y in range(ROWS)
    ]
    captions = (cell(big.caption, column, "strong") for big in bigs)
    return [*lines, _blank(width), fitted((Part("  "), *captions), width)]


def _trouble_lines(snapshot: EngineSnapshot, now: float, width: int, room: int) -> list[Line]:
    """The worst subscriptions first; how many more there are, where they do not all fit."""
    rows, wall_offset = snapshot.subscriptions, snapshot.wall - snapshot.at
    needy = sorted((row for row in rows if concern(row, now)), key=lambda row: -concern(row, now))
    shown = needy if len(needy) <= room else needy[: max(room - 1, 0)]
    lines = [_trouble(row, now, width, wall_offset) for row in shown]
    if room and len(shown) < len(needy):
        lines.append(fitted((Part(f"  and {figures.count(len(needy) - len(shown))} more", "warn"),), width))
    return lines


def _trouble(row: SubscriptionRow, now: float, width: int, wall_offset: float) -> Line:
    role = CONCERN_ROLES[concern(row, now)]
    sign = "✖" if concern(row, now) is Concern.GRAVE else "◔"
    return fitted(
        (
            Part(f"  {sign} ", role),
            cell(clean(row.event), 28, "strong"),
            Part(health.sentence(row, now, wall_offset), role),
        ),
        width,
    )


def _blank(width: int) -> Line:
    return (Part(" " * width),)
