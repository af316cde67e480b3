"""The table for people, and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.forwarders.comparing import Comparison
from benchmarks.measuring import BUSY_MAX, Result, Sample, median
from benchmarks.studies.finding import Finding


def spread(samples: Sequence[Sample]) -> str:
    """Rates as least / median / most, in thousands a second."""
    rates = sorted(sample.rate for sample in samples)
    return " / ".join(f"{rate / 1e3:,.1f}" for rate in (rates[0], rates[len(rates) // 2], rates[-1]))


def table(results: Sequence[Result]) -> str:
    """All rows as a Markdown table."""
    head = (
        "work",
        "ours, 1000/s (min / median / max)",
        "limit, 1000/s",
        "of the limit",
        "target",
        "us/event, user + system",
        "limit's",
        "peak MiB",
        "verdict",
    )
    return "\n".join([_cells(head), _cells(["---"] * len(head)), *map(_line, results)])


def _line(result: Result) -> str:
    target = f"{result.row.target:.0%}"
    if result.row.target_rate is not None:
        target += f" or {result.row.target_rate:,.0f}/s"
    cells = (
        result.row.title,
        spread(result.ours),
        spread(result.limit),
        f"{result.ratio:.0%}",
        target,
        _cost(result.ours),
        _cost(result.limit),
        f"{median(result.ours, 'memory_mib'):.0f}",
        verdict(result),
    )
    return _cells(cells)


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cost(samples: list[Sample]) -> str:
    return f"{median(samples, 'user_us'):.1f} + {median(samples, 'system_us'):.1f}"


def verdict(result: Result) -> str:
    """Met, missed or void, and whether the receivers may have been the limit."""
    if result.lost:
        return f"void: {result.lost} lost"
    word = "met" if result.is_met else "missed"
    busy = max(median(result.ours, "busy"), median(result.limit, "busy"))
    return f"{word}; receivers {busy:.0%} busy" if busy > BUSY_MAX else word


def machine() -> dict[str, Any]:
    """Where this was measured."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model n" in line
        ),
        platform.machine(),
    )
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "python": platform.python_version()}


def findings_table(findings: Sequence[Finding]) -> str:
    """The studies' figures as a Markdown table."""
    head = ("figure", "found", "limit", "verdict")
    lines = [
        _cells(
            (
                found.what,
                f"{found.value:,.4g} {found.unit}",
                f"{'>=' if found.is_floor else '<='} {found.limit:,g}",
                "met" if found.is_met else "missed",
            )
        )
        for found in findings
    ]
    return "\n".join([_cells(head), _cells(["---"] * len(head)), *lines])


def forwarders_table(comparisons: Sequence[Comparison]) -> str:
    """rsyslog and syslog-ng beside the engine as a Markdown table, with what the reader must know."""
    caption = (
        "They parse lines of syslog, which one TCP connection brings as fast as they take them; "
        "ours are made and raised in-process."
    )
    head = (
        "work",
        "program",
        "theirs, 1000/s (min / median / max)",
        "ours, 1000/s",
        "ours : theirs",
        "their us/event, user + system",
        "ours",
        "their peak MiB",
        "lost",
    )
    return "\n".join([caption, "", _cells(head), _cells(["---"] * len(head)), *map(_comparison_line, comparisons)])


def _comparison_line(comparison: Comparison) -> str:
    cells = (
        comparison.row.title,
        f"{comparison.program} {comparison.version}",
        spread(comparison.theirs),
        spread(comparison.ours),
        f"{comparison.ratio:.2f}",
        _cost(comparison.theirs),
        _cost(comparison.ours),
        f"{median(comparison.theirs, 'memory_mib'):.0f}",
        f"void: {comparison.lost}" if comparison.lost else "0",
    )
    return _cells(cells)


def as_json(results: Sequence[Result], findings: Sequence[Finding] = (), comparisons: Sequence[Comparison] = ()) -> str:
    """Every round of every row, every finding, and every round beside a forwarder."""
    rows = [
        {
            "row": result.row.name,
            "title": result.row.title,
            "target": result.row.target,
            "ratio": result.ratio,
            "lost": result.lost,
            "ours": [asdict(sample) for sample in result.ours],
            "limit": [asdict(sample) for sample in result.limit],
        }
        for result in results
    ]
    forwarders = [
        {
            "row": one.row.name,
            "program": one.program,
            "version": one.version,
            "ratio": one.ratio,
            "lost": one.lost,
            "ours": [asdict(sample) for sample in one.ours],
            "theirs": [asdict(sample) for sample in one.theirs],
        }
        for one in comparisons
    ]
    found = [finding._asdict() for finding in findings]
    return (
        json.dumps({"machine": machine(), "rows": rows, "findings": found, "forwarders": forwarders}, indent=2) + "\n"
    )
