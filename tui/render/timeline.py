"""The line that shows where in a recording one is: pure, from times to parts."""

from __future__ import annotations

from collections.abc import Sequence

from engine.health import State
from engine.view.snapshot import EngineSnapshot, MemberRow
from tui.render import figures
from tui.render.line import Line, Part

HINTS = ("   , . a step   < > a minute   tab ← → home end", "   , . step  < > minute", "")
"""What stands at the right, as long as there is room."""

BAR_MIN = 20
"""Cells of the bar before a hint is shortened."""

AROUND = 22
"""Cells of the two times, the ends of the bar and the blanks."""


def timeline_line(walls: Sequence[float], position: int, failures: Sequence[int], width: int) -> Line:
    """First and last time, between them a bar on which `position` stands, and the moments at which members failed."""
    cells = bar_width(width)
    signs = ["─"] * cells
    for failure in failures:
        signs[place_of(walls, failure, cells)] = "✖"
    here = place_of(walls, position, cells)
    return (
        Part(f" {figures.clock(walls[0])} ", "faint"),
        Part("├", "accent"),
        *_parts(signs[:here]),
        Part("●", "strong"),
        *_parts(signs[here + 1 :]),
        Part("┤", "accent"),
        Part(f" {figures.clock(walls[-1])} ", "faint"),
        Part(_hint(width), "faint"),
    )


BAR_AT = 11
"""The cell in which the bar begins."""


def bar_width(width: int) -> int:
    """Cells of the bar in a line of some width."""
    return max(width - AROUND - len(_hint(width)), 1)


def place_of(walls: Sequence[float], position: int, cells: int) -> int:
    """The cell of the bar that a moment stands at."""
    whole = walls[-1] - walls[0]
    return 0 if whole <= 0 else round((walls[position] - walls[0]) / whole * (cells - 1))


def moment_at(walls: Sequence[float], cell: int, cells: int) -> int:
    """The moment nearest to a cell of the bar."""
    wanted = walls[0] + (walls[-1] - walls[0]) * min(max(cell, 0), cells - 1) / max(cells - 1, 1)
    return min(range(len(walls)), key=lambda index: abs(walls[index] - wanted))


def failures_in(past: Sequence[EngineSnapshot]) -> list[int]:
    """The snapshots in which a member is failed that was not in the one before."""
    found, before = [], _failed(past[0]) if past else set()
    for index, snapshot in enumerate(past):
        failed = _failed(snapshot)
        if failed - before:
            found.append(index)
        before = failed
    return found


def _hint(width: int) -> str:
    """The longest hint that leaves the bar its room."""
    return next(hint for hint in HINTS if not hint or width - AROUND - len(hint) >= BAR_MIN)


def _failed(snapshot: EngineSnapshot) -> set[tuple[str, int]]:
    return {(row.id, member.index) for row in snapshot.subscriptions for member in row.members if _is_out(member)}


def _is_out(member: MemberRow) -> bool:
    return member.state in {State.FAILED, State.SLOW, State.DUE}


def _parts(signs: Sequence[str]) -> list[Part]:
    """A stretch of the bar; what failed is coloured, and has a sign of its own."""
    return [Part(sign, "bad" if sign == "✖" else "accent") for sign in signs]
