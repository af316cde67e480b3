"""The open console: what it takes from the engine in the same process, in throughput, latency and memory.

The console runs in a terminal, whose output another process reads. Headless is the same engine in the background,
without it.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.beside import LABEL
from benchmarks.events import NAME, payload_size
from benchmarks.limits import lines_in, sockets_of
from benchmarks.pace import Stamp
from benchmarks.processes import Child, Receivers, closing
from benchmarks.rows import ROWS, Row
from benchmarks.studies.finding import Finding
from benchmarks.studies.latency import ages_us, parallel
from benchmarks.terminal import Terminal

COUNTS = {"parallel-udp": 300_000, "parallel-tcp": 2_000_000, "flatstore": 2_000_000}
"""Rows and their events, which take some seconds, so that the console draws a number of times meanwhile."""

ROUNDS = 5
SHARE_MIN = 75
PACE, PACED = 1_000, 10_000
P50_MAX_US, P99_MAX_US = 1_000, 5_000
REST_S = 1.0
MEMORY_MAX_MIB = 60


def study() -> list[Finding]:
    """Throughput of each row headless and beside the console in turn; memory and latency beside it."""
    findings = []
    for name, count in COUNTS.items():
        row = ROWS[name]
        shares = [100 * rate(row, count, is_open=True) / rate(row, count, is_open=False) for _ in range(ROUNDS)]
        share = statistics.median(shares)
        findings.append(
            Finding(f"console open, {row.title}", share, "% of the headless rate", SHARE_MIN, is_floor=True)
        )
    return [*findings, memory(COUNTS["parallel-tcp"]), *latency(PACED)]


def rate(row: Row, count: int, *, is_open: bool) -> float:
    """Events a second, until the last of them was received, with the console open or without.

    Raises:
        RuntimeError: something was lost; the study is void.
    """
    if row.kind == "file":
        return _file_rate(row, count, is_open=is_open)
    each = payload_size() if row.kind == "tcp" else 1
    measure = "bytes" if row.kind == "tcp" else "messages"
    with closing(Receivers(row.kind, row.receivers)) as receivers:
        sockets = sockets_of(row.kind, receivers.ports, "")
        with beside([(NAME, f"virtual:PARALLEL {' '.join(sockets)}")], is_open=is_open) as side:
            took = _raise(side, 0, count // 10)
            receivers.wait_for(measure, count // 10 * row.copies * each)
            took = _raise(side, count // 10, count)
            wanted = (count // 10 + count) * row.copies
            report = receivers.wait_for(measure, wanted * each)
    _check(wanted - sum(report[measure]) // each)
    ended: int = max(report["last_ns"], took["end_ns"])
    return count / ((ended - took["start_ns"]) / 1e9)


def _file_rate(row: Row, count: int, *, is_open: bool) -> float:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
        path = str(Path(directory) / "events.csv")
        (socket,) = sockets_of(row.kind, (), path)
        with beside([(NAME, socket)], is_open=is_open) as side:
            _raise(side, 0, count // 10)
            took = _raise(side, count // 10, count)
        _check(count // 10 + count - lines_in(path))
    return count / ((took["end_ns"] - took["start_ns"]) / 1e9)


def memory(count: int) -> Finding:
    """What the process with the console has more in use than without, after so many events over 3 tcp."""
    with closing(Receivers("tcp", 3)) as receivers:
        subscriptions = [(NAME, parallel(receivers.ports))]
        with beside(subscriptions, is_open=True) as opened, beside(subscriptions, is_open=False) as headless:
            for side in (opened, headless):
                _raise(side, 0, count)
            more = usage(opened)["memory_mib"] - usage(headless)["memory_mib"]
    return Finding(f"console open, memory above headless after {count:,} events", more, "MiB", MEMORY_MAX_MIB)


def usage(side: Child) -> dict[str, float]:
    """What a process of `benchmarks.beside` has used: `cpu_s`, `engine_cpu_s`, `memory_mib`."""
    side.say("usage")
    told: dict[str, float] = json.loads(side.hear())
    return told


def latency(count: int) -> list[Finding]:
    """From being raised to being read, and from when it was due, with the console open.

    Raises:
        RuntimeError: something was lost.
    """
    findings = []
    for stamp in Stamp:
        with closing(Receivers("timed", 3)) as receivers:
            with beside([(NAME, parallel(receivers.ports))], is_open=True) as side:
                side.say(f"pace {PACE} {count} {stamp}")
                side.hear()
            report = receivers.wait_for("messages", 3 * count)
        _check(3 * count - sum(report["messages"]))
        ages = ages_us(report)
        what = f"console open, latency at {PACE:,}/s from being {stamp}"
        findings += [
            Finding(f"{what}, p50", ages[len(ages) // 2], "us", P50_MAX_US),
            Finding(f"{what}, p99", ages[len(ages) * 99 // 100], "us", P99_MAX_US),
        ]
    return findings


@contextmanager
def beside(subscriptions: Sequence[tuple[str, str]], *, is_open: bool) -> Iterator[Child]:
    """The process of `benchmarks.beside`, with the console or without."""
    if is_open:
        with Terminal() as terminal, open_beside(subscriptions, terminal) as side:
            yield side
    else:
        with closing(Child("benchmarks.beside", "-", json.dumps(subscriptions))) as side:
            yield side


@contextmanager
def open_beside(subscriptions: Sequence[tuple[str, str]], terminal: Terminal) -> Iterator[Child]:
    """The same with the console on a terminal, once it has drawn and come to rest."""
    with closing(Child("benchmarks.beside", terminal.path, json.dumps(subscriptions))) as side:
        terminal.wait_for(LABEL)
        time.sleep(REST_S)
        yield side


def _raise(side: Child, first: int, count: int) -> dict[str, int]:
    side.say(f"raise {first} {count}")
    took: dict[str, int] = json.loads(side.hear())
    _check(took["failures"])
    return took


def _check(lost: int) -> None:
    if lost:
        raise RuntimeError(f"{lost} notifications were lost")
