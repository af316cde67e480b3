"""`python -m benchmarks.faults [ROW ...]`: have members hang, crawl, die and come back, and count what arrives.

The table has, for each row: events that were accepted, refused at the door, delivered (to anybody), delivered twice,
told as undelivered, lost without a word, the longest time without a new event, events out of order, and the time from
a receiver being back until an event came. 1 when a row does not show what it is to show. Where rsyslog and syslog-ng
are installed they do the rows that they can, in the same run.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import FrameType

from benchmarks.broker import private_broker
from benchmarks.faults import report
from benchmarks.faults.rows import FAST, QUICK_AWAY_S, QUICK_SECONDS, ROWS, SECONDS, Row
from benchmarks.faults.running import Result, run_ours, run_theirs
from benchmarks.forwarders import FORWARDERS
from benchmarks.forwarders.program import Forwarder
from tests.support.rabbitmq import MISSING, RabbitmqNode, command


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("row", nargs="*", help="rows to run, by default all; --list names them")
    parser.add_argument("--list", action="store_true", help="name the rows, and end")
    parser.add_argument("--quick", action="store_true", help=f"short rows ({QUICK_SECONDS:g} s), short absences alone")
    parser.add_argument("--seconds", type=float, help=f"how long the rows at {FAST:,}/s last ({SECONDS:g})")
    parser.add_argument("--rate", type=int, help=f"events a second in these rows ({FAST:,})")
    parser.add_argument("--alone", action="store_true", help="without rsyslog and syslog-ng")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    asked = parser.parse_args(given)
    unknown = [name for name in asked.row if name not in ROWS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return asked


def chosen(asked: argparse.Namespace) -> list[Row]:
    """The rows that were asked for. A quick run leaves out long absences, unless they are named."""
    seconds = asked.seconds or (QUICK_SECONDS if asked.quick else None)
    return [
        row.scaled(seconds, asked.rate)
        for name, row in ROWS.items()
        if (name in asked.row if asked.row else not (asked.quick and row.fault_s > QUICK_AWAY_S))
    ]


def main(given: Sequence[str] | None = None) -> int:
    """Run; 1 when a row does not show what it is to show."""
    asked = arguments(given)
    if asked.list:
        print("\n".join(f"{row.name:28} {row.section:4} {row.what}" for row in ROWS.values()))
        return 0
    forwarders = [] if asked.alone else list(_installed())
    results: list[Result] = []
    try:
        with ExitStack() as stack:
            for result in _results(chosen(asked), forwarders, stack):
                results.append(result)  # noqa: PERF402 - those before an interrupt too
    finally:  # what was measured before an interrupt is told
        if results:
            print(report.markdown(results) if asked.markdown else report.table(results), flush=True)
    return 1 if any(result.misses for result in results) else 0


def _results(rows: Sequence[Row], forwarders: Sequence[Forwarder], stack: ExitStack) -> Iterator[Result]:
    broker: RabbitmqNode | None = None
    for row in rows:
        if row.needs_broker and broker is None:
            if command("rabbitmq-server") is None:
                _tell(f"{row.name} left out: {MISSING}")
                continue
            broker = stack.enter_context(private_broker())
        yield _told(run_ours(row, broker))
        for forwarder in forwarders if row.is_beside else []:
            yield _told(run_theirs(row, forwarder))


def _told(result: Result) -> Result:
    because = f" (the last because: {result.reason})" if result.reason else ""
    count = result.count
    _tell(
        f"{result.row.name}, {result.program}: {count.accepted:,} accepted, {count.refused:,} refused, "
        f"{count.missing:,} did not arrive, stall {count.stall_s:.2f} s, {report.verdict(result)}{because}"
    )
    return result


def _installed() -> Iterator[Forwarder]:
    for one in FORWARDERS:
        if reason := one.missing():
            _tell(f"{one.name} left out: {reason}")
        else:
            yield one


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _end(number: int, _frame: FrameType | None) -> None:
    """End as an interrupt does: by way of what ends the processes."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
