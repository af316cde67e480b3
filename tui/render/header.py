"""The header line: who this is, how it is, what goes through it, what time it is. Trouble comes first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.options import Colour
from engine.view.snapshot import EngineSnapshot
from tui.model.rates import KEPT, Trends
from tui.render import figures
from tui.render.line import Line, Part, Role, fitted, width_of
from tui.render.plot import resampled
from tui.terminal.safe_text import clean


class Status(NamedTuple):
    """What the console itself has to say, beside the engine's figures."""

    silent_s: float = 0.0
    """Seconds since the engine last answered."""
    is_stale: bool = False
    failure: str | None = None
    answer_s: float = 0.0
    """How long the engine takes to answer."""
    is_slow: bool = False
    badges: tuple[str, ...] = ()
    """Words that must not be overlooked: read-only, frozen."""


def header_line(snapshot: EngineSnapshot, trends: Trends, status: Status, wall: float, width: int) -> Line:
    """The header of a dashboard that has a snapshot."""
    now = snapshot.at + status.silent_s
    badges = tuple(part for badge in status.badges for part in (Part(f" {badge} ", "warn"), Part(" ")))
    link = _link(status) if width >= WITH_LINK else ()
    right = (*_slow(status), Part(f" {figures.clock(wall)} ", "faint"))
    left: Line = (*_name(snapshot), *badges, *_engine(snapshot, status, now, wall), *link)
    room = max(width - width_of(right), 0)
    told = _figures_in(snapshot, trends, width, room - width_of(left))
    return fitted((*fitted((*left, *told), room), *right), width)


WITH_LINK = 176
"""Cells from which on there is room for how the link does when nothing is wrong with it."""


def _link(status: Status) -> Line:
    """How quickly the engine answers. When it does not, that stands in the engine's own place."""
    if status.is_stale or status.failure is not None:
        return ()
    return (Part(f" link {figures.latency(status.answer_s):>7} ", "faint"),)


def waiting_line(status: Status, width: int) -> Line:
    """The header before the first answer."""
    if status.failure is None:
        return fitted((Part(" Switchboard ", "strong"), Part(" waiting for the engine", "faint")), width)
    return fitted(
        (Part(" Switchboard ", "strong"), Part(f" ✖ no answer from the engine: {status.failure}", "bad")), width
    )


def _name(snapshot: EngineSnapshot) -> Line:
    label = clean(snapshot.label)
    role = _LABEL_ROLES.get(snapshot.colour, "badge")
    return (
        ((Part(f" {label} ", role), Part(" ")))
        if label
        else (Part(" Switchboard ", "strong" if snapshot.colour is None else role),)
    )


_LABEL_ROLES: dict[Colour | None, Role] = {
    None: "badge",
    Colour.RED: "red",
    Colour.ORANGE: "orange",
    Colour.YELLOW: "yellow",
    Colour.GREEN: "green",
    Colour.BLUE: "blue",
    Colour.PURPLE: "purple",
    Colour.GREY: "grey",
}


def _engine(snapshot: EngineSnapshot, status: Status, now: float, wall: float) -> Line:
    if status.is_stale or status.failure is not None:
        since = figures.clock(wall - status.silent_s)
        why = f": {clean(status.failure)}" if status.failure else ""
        return (Part(f" ✖ no answer from the engine since {since}{why} ", "bad"),)
    if snapshot.is_stopping:
        return (Part(" ◔ engine is stopping ", "warn"),)
    return (Part(f" ● up {figures.span(now - snapshot.started_at)} ", "good"),)


class _Form(NamedTuple):
    """How much of the figures is told."""

    rates: tuple[str, ...]
    is_wide: bool = False
    has_trends: bool = False


_WIDE = ("accepted", "delivered", "sent", "failed")
_FORMS = (
    _Form(_WIDE, is_wide=True, has_trends=True),
    _Form(_WIDE, is_wide=True),
    _Form(("accepted", "delivered", "failed")),
    _Form(("failed",)),
)
_TRENDS = {"accepted", "failed"}


def _figures_in(snapshot: EngineSnapshot, trends: Trends, width: int, room: int) -> Line:
    """The figures in the fullest form for which there is room: what waits and what was lost is always told."""
    told: Line = ()
    for form in _FORMS:
        if form.is_wide and width < 140:
            continue
        told = _figures(snapshot, trends, width, form)
        if width_of(told) <= room:
            break
    return told


def _figures(snapshot: EngineSnapshot, trends: Trends, width: int, form: _Form) -> Line:
    numbers, is_wide = snapshot.figures, form.is_wide
    parts: list[Part] = []
    for name in form.rates:
        value = trends.rate(name)
        role: Role = "bad" if name == "failed" and value > 0 else "plain"
        parts += [Part(f"  {name} " if is_wide else f" {_SHORT[name]} ", "faint"), _rate(value, role, is_wide=is_wide)]
        if form.has_trends and name in _TRENDS:
            parts.append(Part(f" {_trend(trends.past(name), width)}", "bad" if name == "failed" else "accent"))
    parts += _total("waiting", numbers.waiting, "warn", is_wide=is_wide)
    parts += _total("undelivered", numbers.undelivered, "bad", is_wide=is_wide)
    return tuple(parts)


def _trend(values: Sequence[float], width: int) -> str:
    """The last five minutes in a few signs: each is the highest value of its part of them."""
    size = 10 if width < 200 else 20
    known = [value for value in resampled(values, KEPT, size) if value is not None]
    return figures.trend(known, size)


_SHORT = {"accepted": "in", "delivered": "✓", "failed": "✖", "waiting": "wait", "undelivered": "lost"}


def _rate(value: float, role: Role, *, is_wide: bool) -> Part:
    text = figures.rate(value)
    return Part(f"{text:>7}" if is_wide else f"{text:<6}", role)


def _total(name: str, value: int, role: Role, *, is_wide: bool) -> Line:
    word = f"  {name} " if is_wide else f" {_SHORT[name]} "
    return (Part(word, "faint"), Part(figures.count(value), role if value else "plain"))


def _slow(status: Status) -> Line:
    return (Part(" drawing slowly ", "warn"),) if status.is_slow else ()
