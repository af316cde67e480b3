"""Charts made of block signs: an area from nought to each value, the newest at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tui.render import figures
from tui.render.line import Line, Part, Role, fitted

BLOCKS = " ▁▂▃▄▅▆▇█"
LABEL_WIDTH = 10


class Chart(NamedTuple):
    """What one chart shows. `slots`: how many values fill it from left to right."""

    title: str
    values: Sequence[float]
    slots: int
    span: str
    show: Callable[[float], str]
    role: Role = "accent"
    note: str = ""


def charts_lines(charts: Sequence[Chart], width: int, height: int) -> list[Line]:
    """All charts: side by side in pairs where there is room, else one below the other."""
    across = 2 if width >= 110 else 1
    rows = -(-len(charts) // across)
    each_width, each_height = width // across, max(height // rows, 4)
    lines: list[Line] = []
    for first in range(0, len(charts), across):
        drawn = [chart_lines(chart, each_width, each_height) for chart in charts[first : first + across]]
        lines += [fitted((part for line in beside for part in line), width) for beside in zip(*drawn, strict=True)]
    return lines


def chart_lines(chart: Chart, width: int, height: int) -> list[Line]:
    """One chart in exactly this room: a title with the figures of now, the picture, the time."""
    picture_width = max(width - LABEL_WIDTH - 2, 1)
    picture_height = max(height - 2, 1)
    top = max(chart.values, default=0.0)
    newest = chart.show(chart.values[-1]) if chart.values else "nothing yet"
    said = f"   now {newest}   most {chart.show(top)}{chart.note}"
    lines: list[Line] = [fitted((Part(f" {chart.title}", "strong"), Part(said, "faint")), width)]
    columns = resampled(chart.values, chart.slots, picture_width)
    for y, text in enumerate(area(columns, picture_height, top)):
        label = chart.show(top) if y == 0 else chart.show(0) if y == picture_height - 1 else ""
        drawn = text.lstrip()
        axis = (Part(" " * (LABEL_WIDTH - len(label))), Part(f"{label}▕", "faint"))
        lines.append(fitted((*axis, Part(" " * (len(text) - len(drawn))), Part(drawn, chart.role)), width))
    foot = f"{chart.span} ago".ljust(picture_width - 3) + "now"
    lines.append(fitted((Part(" " * (LABEL_WIDTH + 1)), Part(foot, "faint")), width))
    return lines


def resampled(values: Sequence[float], slots: int, width: int) -> list[float | None]:
    """One value a column: the highest of those that fall into it; None where nothing is known."""
    missing = max(slots - len(values), 0)
    columns: list[float | None] = []
    for x in range(width):
        first, last = x * slots // width, max((x + 1) * slots // width, x * slots // width + 1)
        inside = values[max(first - missing, 0) : max(last - missing, 0)]
        columns.append(max(inside) if inside else None)
    return columns


def area(columns: Sequence[float | None], height: int, top: float) -> list[str]:
    """The picture, from above; a value above nought shows at least a little."""
    eighths = [_eighths(value, height, top) for value in columns]
    return ["".join(BLOCKS[min(max(each - 8 * (height - 1 - y), 0), 8)] for each in eighths) for y in range(height)]


def _eighths(value: float | None, height: int, top: float) -> int:
    if value is None or value <= 0 or top <= 0:
        return 0
    return max(round(value / top * height * 8), 1)


def number(value: float) -> str:
    """A count."""
    return figures.count(round(value))
