"""Results as tables."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.faults.running import Result

COLUMNS = (
    "what happens",
    "program",
    "accepted",
    "refused",
    "delivered",
    "elsewhere",
    "twice",
    "undelivered",
    "lost",
    "longest stall",
    "out of order",
    "first event after",
    "verdict",
)
LEFT = (0, 1, len(COLUMNS) - 1)
"""Columns of words; the others are of figures."""

NOTE = (
    "rsyslog and syslog-ng do not do the same work: they are fed lines of syslog over one connection, get no answers, "
    "confirm nothing, refuse nothing (a full one lets the writing wait) and do not say what they drop. Nothing is "
    "demanded of them."
)


def verdict(result: Result) -> str:
    """Whether the row shows what it is to show."""
    if result.misses is None:
        return "-"
    return "MISSED: " + ", ".join(result.misses) if result.misses else "met"


def cells(result: Result) -> tuple[str, ...]:
    """One line."""
    count = result.count
    return (
        f"{result.row.name}: {result.row.what}, {result.row.rate:,}/s",
        result.program,
        f"{count.accepted:,}",
        f"{count.refused:,}",
        f"{count.delivered:,}",
        f"{count.elsewhere:,}" if result.row.policy == "FAILOVER" else "-",
        f"{count.twice:,}",
        "not told" if count.undelivered is None else f"{count.undelivered:,}",
        f"{count.lost:,}",
        f"{count.stall_s:.2f} s",
        f"{count.disordered:,}",
        _first(result),
        verdict(result),
    )


def _first(result: Result) -> str:
    if result.row.demand.first_ms is None:
        return "-"
    return "never" if result.count.first_ms is None else f"{result.count.first_ms:,.0f} ms"


def table(results: Sequence[Result]) -> str:
    """Aligned for a terminal."""
    lines = [COLUMNS, *map(cells, results)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
    return "\n".join("  ".join(_padded(line, widths)).rstrip() for line in lines) + _noted(results)


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.ljust(width) if place in LEFT else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def markdown(results: Sequence[Result]) -> str:
    """For a page."""
    rule = tuple("---" if place in LEFT else "---:" for place in range(len(COLUMNS)))
    return "\n".join(f"| {' | '.join(line)} |" for line in (COLUMNS, rule, *map(cells, results))) + _noted(results)


def _noted(results: Sequence[Result]) -> str:
    return f"\n\n{NOTE}" if any(result.misses is None for result in results) else ""
