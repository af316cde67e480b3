"""`python -m benchmarks [row ...]`: measure rows beside their limits, print the table, write JSON and a chart."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import chart, report
from benchmarks.measuring import measure
from benchmarks.rows import ROWS
from tests.support.rabbitmq import MISSING, command

ROUNDS = 5
QUICK = 20
"""A quick run, which only shows that everything works, takes one round of a twentieth of the events."""


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("row", nargs="*", help=f"rows to run, by default all: {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each side (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one short round; the figures mean nothing")
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="where JSON and chart go (%(default)s)")
    asked = parser.parse_args(given)
    unknown = [name for name in asked.row if name not in ROWS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return asked


def main(given: list[str] | None = None) -> int:
    """Run; 1 when a row lost something and is void."""
    asked = arguments(given)
    results = []
    for row in [ROWS[name] for name in asked.row or ROWS]:
        if row.kind == "rabbitmq" and command("rabbitmq-server") is None:
            print(f"{row.name} left out: {MISSING}", file=sys.stderr)
            continue
        rounds, count = (1, row.count // QUICK) if asked.quick else (asked.rounds, row.count)
        results.append(measure(row, rounds, count, lambda line: print(line, file=sys.stderr)))
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "results.json").write_text(report.as_json(results))
    (asked.out / "chart.svg").write_text(chart.svg(results))
    print(report.table(results))
    return 1 if any(result.lost for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
