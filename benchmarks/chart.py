"""A chart of the table: one bar a row, ours as a share of the limit, the target as a mark. Plain SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from benchmarks.measuring import Result, median

WIDTH, LABELS, ROW = 880, 320, 30
FONT = 'font-family="sans-serif" font-size="13"'


def svg(results: Sequence[Result]) -> str:
    """The chart; 100 % is the limit."""
    height = ROW * len(results) + 50
    scale = (WIDTH - LABELS - 150) / max(1.0, *(result.ratio for result in results))
    bars = [_bar(result, place, scale) for place, result in enumerate(results)]
    limit = LABELS + scale
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" {FONT}>',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            '<text x="10" y="22" font-weight="bold">Switchboard as a share of the best bare loop (mark: target)</text>',
            *bars,
            f'<line x1="{limit:.0f}" x2="{limit:.0f}" y1="32" y2="{height - 8}" stroke="#555555"/>',
            "</svg>\n",
        ]
    )


def _bar(result: Result, place: int, scale: float) -> str:
    top = 38 + place * ROW
    colour = "#2f7d4f" if result.is_met else "#b5482f"
    mark = LABELS + scale * result.row.target
    width = scale * result.ratio
    words = f"{result.ratio:.0%}, {median(result.ours, 'rate'):,.0f}/s"
    return "\n".join(
        [
            f'<text x="10" y="{top + 15}">{escape(result.row.title)}</text>',
            f'<rect x="{LABELS}" y="{top}" width="{width:.0f}" height="20" fill="{colour}"/>',
            f'<line x1="{mark:.0f}" x2="{mark:.0f}" y1="{top - 2}" y2="{top + 22}" stroke="#000000" stroke-width="2"/>',
            f'<text x="{LABELS + width + 6:.0f}" y="{top + 15}">{words}</text>',
        ]
    )
