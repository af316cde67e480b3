"""`python -m benchmarks [row ...]`: measure rows beside their limits, print tables, write JSON and a chart."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import chart, report
from benchmarks.forwarders import FORWARDERS
from benchmarks.forwarders.comparing import Comparison, compare
from benchmarks.measuring import Result, measure
from benchmarks.processes import Child, closing
from benchmarks.rows import ROWS, Row
from benchmarks.studies import STUDIES
from benchmarks.studies.finding import Finding
from tests.support.rabbitmq import MISSING, command

ROUNDS = 5
BESIDE = "forwarders"
"""The entry that runs rsyslog and syslog-ng beside the engine."""

QUICK = 20
"""A quick run, which only shows that everything works, takes one round of a twentieth of the events."""


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    there_are = [*ROWS, *STUDIES, BESIDE]
    names = ", ".join(there_are)
    parser.add_argument("row", nargs="*", help=f"rows and studies to run, by default all: {names}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each side (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one short round; the figures mean nothing")
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="where JSON and chart go (%(default)s)")
    asked = parser.parse_args(given)
    unknown = [name for name in asked.row if name not in there_are]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {names}")
    return asked


def main(given: list[str] | None = None) -> int:
    """Run; 1 when a row lost something and is void."""
    asked = arguments(given)
    results = list(_measured(asked))
    findings = [] if asked.quick else list(_found(asked))
    comparisons = list(_compared(asked)) if BESIDE in (asked.row or [BESIDE]) else []
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "results.json").write_text(report.as_json(results, findings, comparisons))
    if results:
        (asked.out / "chart.svg").write_text(chart.svg(results))
        print(report.table(results))
    if findings:
        print(report.findings_table(findings))
    if comparisons:
        print(report.forwarders_table(comparisons))
    lost = [*(result.lost for result in results), *(one.lost for one in comparisons)]
    return 1 if any(lost) else 0


def _measured(asked: argparse.Namespace) -> Iterator[Result]:
    for row in [row for name, row in ROWS.items() if name in (asked.row or ROWS)]:
        if row.kind == "rabbitmq" and command("rabbitmq-server") is None:
            _tell(f"{row.name} left out: {MISSING}")
            continue
        yield measure(row, *_size(asked, row), _tell)


def _size(asked: argparse.Namespace, row: Row) -> tuple[int, int]:
    """Rounds, and events in each."""
    return (1, row.count // QUICK) if asked.quick else (asked.rounds, row.count)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _compared(asked: argparse.Namespace) -> Iterator[Comparison]:
    for one in FORWARDERS:
        if one.missing():
            _tell(f"{one.name} left out: {one.missing()}")
    installed = [one for one in FORWARDERS if not one.missing()]
    for row in [row for row in ROWS.values() if row.kind in ("udp", "tcp", "file")]:
        for one in installed:
            if reason := one.cannot(row.policy, row.kind):
                _tell(f"{row.name}: {one.name} left out: {reason}")
        yield from compare(row, installed, *_size(asked, row), _tell)


def _found(asked: argparse.Namespace) -> Iterator[Finding]:
    for name in [name for name in STUDIES if name in (asked.row or STUDIES)]:
        with closing(Child("benchmarks.studies", name)) as child:
            for found in json.loads(child.hear()):
                yield Finding(*found)
        _tell(f"{name} done")


if __name__ == "__main__":
    sys.exit(main())
