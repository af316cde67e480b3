"""Charts: a title with the figures of now, which is the legend too, over lines in time with both axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tui.render import figures
from tui.render.line import Line, Part, Role, fitted
from tui.render.plot import Axes, Curve, plot, round_top


class Series(NamedTuple):
    """One thing over time: its values, oldest first; what is not a number is not known."""

    name: str
    values: Sequence[float]
    role: Role


class Chart(NamedTuple):
    """What one chart shows."""

    title: str
    series: Sequence[Series]
    show: Callable[[float], str]


class Span(NamedTuple):
    """The time that charts show."""

    seconds: int
    slots: int
    """How many values a whole span has."""
    until: float
    """Its end, in seconds since the epoch."""


ROOMY = 64
"""Cells from which on the title of a chart says everything."""


class _Marker(NamedTuple):
    """How a line is drawn, and the signs that stand for it in the title."""

    marker: str
    legend: str


MARKERS = (_Marker("braille", "⠒⠒"), _Marker("•", "••"), _Marker("x", "xx"))
"""The first, second and third line of a chart: to be told apart without any colour."""

ASCII_MARKERS = (_Marker(".", ".."), _Marker("o", "oo"), _Marker("x", "xx"))


def charts_lines(charts: Sequence[Chart], span: Span, width: int, height: int, *, is_ascii: bool = False) -> list[Line]:
    """All charts: side by side in pairs where there is room, else one below the other."""
    across = 2 if width >= 110 or height < 6 * len(charts) else 1
    rows = -(-len(charts) // across)
    each_width, each_height = width // across, max(height // rows, 5)
    lines: list[Line] = []
    for first in range(0, len(charts), across):
        beside = charts[first : first + across]
        drawn = [chart_lines(chart, span, each_width, each_height, is_ascii=is_ascii) for chart in beside]
        lines += [fitted((part for line in row for part in line), width) for row in zip(*drawn, strict=True)]
    return lines


def chart_lines(chart: Chart, span: Span, width: int, height: int, *, is_ascii: bool = False) -> list[Line]:
    """One chart in exactly this room."""
    markers = ASCII_MARKERS if is_ascii else MARKERS
    top = round_top(max(_known(chart), default=0.0))
    picture_height = max(height - 1, 3)
    axes = Axes(span.until, span.seconds, span.slots, top, _ticks(chart, top, picture_height))
    # What comes first matters most, so it is drawn last, over the others.
    curves = [
        Curve(one.values, one.role, look.marker)
        for one, look in reversed(list(zip(chart.series, markers, strict=False)))
    ]
    picture = plot(curves, axes, width, picture_height)
    return [fitted(line, width) for line in (_title(chart, markers, width), *picture)]


def _title(chart: Chart, markers: Sequence[_Marker], width: int) -> Line:
    """What is drawn, how it is now, and how each line looks. Where there is little room, the names say enough."""
    is_wide = width >= ROOMY
    parts = [Part(f" {chart.title}", "strong")] if is_wide or len(chart.series) == 1 else []
    for one, look in zip(chart.series, markers, strict=False):
        newest = one.values[-1] if one.values else math.nan
        now = "-" if math.isnan(newest) else chart.show(newest)
        name = f" {one.name}" if one.name else ""
        parts += [Part(f"{'  ' if is_wide else ' '}{look.legend if is_wide else look.legend[0]}{name} ", one.role)]
        parts += [Part(now)]
    known = _known(chart)
    most = f"  most {chart.show(max(known))}" if known else "  nothing yet"
    return (*parts, Part(most if is_wide or len(chart.series) == 1 else "", "faint"))


def _known(chart: Chart) -> list[float]:
    return [value for one in chart.series for value in one.values if not math.isnan(value)]


def _ticks(chart: Chart, top: float, height: int) -> list[tuple[float, str]]:
    """Labels at round values, none of them twice; where nothing is known there is no scale yet."""
    if not _known(chart):
        return [(0.0, "0")]
    parts = 2
    if height >= 14:
        parts = 4 if f"{top:e}".startswith("2") else 5
    elif height < 7:
        parts = 1
    values = [top * part / parts for part in range(parts + 1)]
    labels = {chart.show(top): top}
    for value in values[:-1]:
        labels.setdefault(chart.show(value) if value else "0", value)
    return sorted((value, label) for label, value in labels.items())


def number(value: float) -> str:
    """A count."""
    return figures.count(round(value))
