"""Lines over time with both axes, drawn by plotext, as lines of text in roles.

plotext draws on one figure of its own and answers with text for a terminal. Both stay in here: the figure is cleared
each time, and each role goes in as a colour and is found again by it, so that the theme decides what it looks like.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tui.render import figures
from tui.render.line import ROLES, Line, Part, Role

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400)
"""Seconds between two labels of the time axis."""

_CODE = re.compile(r"\x1b\[([0-9;]*)m")
_COLOURS: dict[Role, int] = {role: 16 + place for place, role in enumerate(ROLES)}
_ROLES = {f"38;5;{number}": role for role, number in _COLOURS.items()}

LABEL_WIDTH = 9


class Curve(NamedTuple):
    """One line: its values, oldest first, evenly over time up to now; what is not a number is a gap."""

    values: Sequence[float]
    role: Role
    marker: str
    """A sign, or `braille` for fine dots."""


class Axes(NamedTuple):
    """What stands at the axes. Times are seconds since the epoch."""

    until: float
    span_s: int
    slots: int
    """How many values a whole span has."""
    top: float
    """The value at the upper end; nought is at the lower."""
    ticks: Sequence[tuple[float, str]]
    """Labels of the values."""


def plot(curves: Sequence[Curve], axes: Axes, width: int, height: int) -> list[Line]:
    """A picture of exactly this size."""
    plotext = _library()
    plotext.clear_figure()
    plotext.limit_size(False, False)  # the terminal's size is no business of it
    plotext.plot_size(width, height)
    plotext.theme("clear")
    plotext.xlim(axes.until - axes.span_s, axes.until)
    plotext.ylim(0, axes.top)
    plotext.yticks([value for value, _ in axes.ticks], [f"{label:>{LABEL_WIDTH}}" for _, label in axes.ticks])
    times = clock_ticks(axes.until, axes.span_s, width - LABEL_WIDTH)
    plotext.xticks([at for at, _ in times], [label for _, label in times])
    columns = 2 * max(width - LABEL_WIDTH - 2, 1)
    is_empty = True
    for curve in curves:
        for xs, ys in _stretches(resampled(curve.values, axes.slots, min(columns, axes.slots)), axes):
            plotext.plot(xs, ys, marker=curve.marker, color=_COLOURS[curve.role])
            is_empty = False
    if is_empty:
        plotext.plot([axes.until], [0], marker=" ")  # without a point it draws no axes
    return [tuple(_parts(text)) for text in plotext.build().split("\n")[:height]]


def _library() -> Any:
    """plotext, loaded when the first chart is drawn."""
    import plotext  # type: ignore[import-untyped]  # noqa: PLC0415 - 30 ms that no other screen needs

    return plotext


def _stretches(values: Sequence[float | None], axes: Axes) -> Iterator[tuple[list[float], list[float]]]:
    """Times and values between the gaps."""
    step_s = axes.span_s / max(len(values), 1)
    xs: list[float] = []
    ys: list[float] = []
    for place, value in enumerate(values):
        if value is not None:
            xs.append(axes.until - (len(values) - 1 - place) * step_s)
            ys.append(value)
        elif xs:
            yield xs, ys
            xs, ys = [], []
    if xs:
        yield xs, ys


def _parts(text: str) -> Iterator[Part]:
    """The text of one line, taken apart at its colours; what has none is the axes'."""
    role: Role = "faint"
    for place, piece in enumerate(_CODE.split(text)):
        if place % 2:
            role = _ROLES.get(piece, "faint")
        elif piece:
            yield Part(piece, role)


def resampled(values: Sequence[float], slots: int, width: int) -> list[float | None]:
    """One value a column: the highest of those that fall into it; None where there is none."""
    missing = max(slots - len(values), 0)
    columns: list[float | None] = []
    for x in range(width):
        first, last = x * slots // width, max((x + 1) * slots // width, x * slots // width + 1)
        inside = values[max(first - missing, 0) : max(last - missing, 0)]
        columns.append(max((value for value in inside if not math.isnan(value)), default=None))
    return columns


def round_top(value: float) -> float:
    """The next of 1, 2, 5, 10, ... that is not below a value; 1 for nought."""
    if value <= 0:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    return next(factor * decade for factor in (1, 2, 5, 10) if factor * decade >= value * 0.999_999)


def clock_ticks(until: float, span_s: int, width: int) -> list[tuple[float, str]]:
    """Round times of the local clock within a span, as many as have room, with their labels."""
    has_seconds = span_s <= 300
    most = max(width // (14 if has_seconds else 12), 1)
    step = next((step for step in _STEPS_S if span_s / step <= most), _STEPS_S[-1])
    offset = datetime.fromtimestamp(until).astimezone().utcoffset()
    east_s = 0.0 if offset is None else offset.total_seconds()
    first = math.ceil((until + east_s - span_s) / step) * step
    return [
        (at - east_s, figures.clock(at - east_s)[: 8 if has_seconds else 5])
        for at in range(first, math.floor(until + east_s) + 1, step)
    ]
