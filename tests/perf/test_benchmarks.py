"""The benchmarks run, lose nothing, and write what they found. Their figures are no business of the tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crowd import crowd
from benchmarks.rows import ROWS
from benchmarks.studies.console import beside, latency, rate, usage
from benchmarks.studies.finding import Finding

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_quick_run_of_some_rows(tmp_path: Path) -> None:
    done = run("--quick", "--out", str(tmp_path), "failover-tcp", "sync-tcp", "flatstore")
    assert done.returncode == 0, done.stderr
    rows = {row["row"]: row for row in json.loads((tmp_path / "results.json").read_text())["rows"]}
    assert set(rows) == {"failover-tcp", "sync-tcp", "flatstore"}
    assert all(row["lost"] == 0 and row["ratio"] > 0 for row in rows.values())
    assert all(side[0]["rate"] > 0 for row in rows.values() for side in (row["ours"], row["limit"]))
    assert (tmp_path / "chart.svg").read_text().count("<rect") == 1 + len(rows)
    assert done.stdout.count("\n") == 2 + len(rows)


def test_an_unknown_row_is_named_with_those_there_are() -> None:
    done = run("parallel-upd")
    assert done.returncode == 2
    assert "no such row: parallel-upd; there are parallel-udp, " in done.stderr


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("row", ["parallel-udp", "flatstore"])
def test_an_engine_beside_the_console_loses_nothing(row: str, is_open: bool) -> None:
    assert rate(ROWS[row], 2_000, is_open=is_open) > 0


def test_latencies_beside_the_console_come_from_every_event() -> None:
    findings = latency(200)
    assert [found.what.rpartition(" ")[0] for found in findings] == [
        f"console open, latency at 1,000/s from being {stamp}," for stamp in ("raised", "raised", "due", "due")
    ]
    assert all(found.value > 0 for found in findings)


def test_the_console_draws_in_a_terminal_and_its_use_is_told_apart_from_the_engine() -> None:
    with beside(crowd(10, 9), is_open=True) as side:
        opened = usage(side)
    with beside(crowd(10, 9), is_open=False) as side:
        alone = usage(side)
    assert opened["cpu_s"] - opened["engine_cpu_s"] > alone["cpu_s"] - alone["engine_cpu_s"]
    assert opened["memory_mib"] > alone["memory_mib"]


@pytest.mark.parametrize(
    ("value", "limit", "is_floor", "is_met"),
    [(1.0, 2.0, False, True), (3.0, 2.0, False, False), (3.0, 2.0, True, True), (1.0, 2.0, True, False)],
)
def test_a_limit_is_a_floor_or_a_ceiling(value: float, limit: float, is_floor: bool, is_met: bool) -> None:
    assert Finding("x", value, "s", limit, is_floor).is_met is is_met
