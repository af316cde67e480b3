"""The benchmarks run, lose nothing, and write what they found. Their figures are no business of the tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.crowd import crowd
from benchmarks.forwarders import FORWARDERS
from benchmarks.forwarders.comparing import misplaced
from benchmarks.forwarders.feeder import framed
from benchmarks.forwarders.program import Forwarder, Work
from benchmarks.forwarders.rsyslog import Rsyslog
from benchmarks.forwarders.syslog_ng import SyslogNg
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


MISSING = [one.missing() for one in FORWARDERS]
THREE = (9001, 9002, 9003)


@pytest.mark.skipif(all(MISSING), reason="; ".join(MISSING))
def test_a_quick_run_beside_the_forwarders_that_are_installed(tmp_path: Path) -> None:
    done = run("--quick", "--out", str(tmp_path), "forwarders")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "results.json").read_text())["forwarders"]
    assert {one["program"] for one in found} == {one.name for one in FORWARDERS if not one.missing()}
    assert all(one["lost"] == 0 and one["ratio"] > 0 for one in found)
    assert all(f"left out: {reason}" in done.stderr for reason in MISSING if reason)


def test_forwarders_that_are_not_installed_are_named_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in (Rsyslog, SyslogNg):
        monkeypatch.setattr(kind, "binary", lambda _self: "")
    assert main(["--quick", "--out", str(tmp_path), "forwarders"]) == 0
    told = capsys.readouterr().err
    assert "rsyslog left out: rsyslog is not installed; get it with: apt-get install rsyslog\n" in told
    assert "syslog-ng left out: syslog-ng is not installed; get it with: apt-get install syslog-ng-core\n" in told
    assert json.loads((tmp_path / "results.json").read_text())["forwarders"] == []


def test_a_forwarder_is_fed_lines_of_syslog_with_the_events_in_them() -> None:
    first, second, end = framed("udp", 7, 2).split(b"\n")
    assert (first[:4], end) == (b"<14>", b"")
    assert first.partition(b" bench: ")[2].startswith(b'{"jsonrpc":"2.0","method":"E_BENCH_CALL","params":{')
    assert (b"1000000007" in first, b"1000000008" in second) == (True, True)
    assert framed("file", 7, 1).endswith(b" bench: E_BENCH_CALL,1000000007,alice,192.0.2.17,200 OK\n")


@pytest.mark.parametrize("forwarder", FORWARDERS, ids=lambda one: one.name)
@pytest.mark.parametrize("policy", ["PARALLEL", "ROUND-ROBIN"])
@pytest.mark.parametrize("kind", ["udp", "tcp"])
def test_a_forwarder_is_told_where_to_listen_and_every_member(forwarder: Forwarder, policy: str, kind: str) -> None:
    text = forwarder.config(Work(policy, kind, THREE), 8000)
    assert "8000" in text
    assert [text.count(str(port)) for port in THREE] == [1, 1, 1]
    assert text.count(f'"{kind}"') == 3 + (forwarder.name == "syslog-ng" and kind == "tcp")  # its source is tcp, too
    assert text.count("{") == text.count("}")


def test_rsyslog_takes_the_next_member_only_when_the_one_before_is_suspended() -> None:
    actions = [line for line in Rsyslog().config(Work("FAILOVER", "tcp", THREE), 8000).splitlines() if "omfwd" in line]
    assert ["execOnlyWhenPreviousIsSuspended" in line for line in actions] == [False, True, True]


def test_syslog_ng_has_the_other_members_as_failover_servers() -> None:
    text = SyslogNg().config(Work("FAILOVER", "udp", THREE), 8000)
    assert text.count("destination d") == 1
    assert 'failover(servers("127.0.0.2", "127.0.0.3"))' in text


@pytest.mark.parametrize("forwarder", FORWARDERS, ids=lambda one: one.name)
def test_a_forwarder_writes_to_the_file(forwarder: Forwarder) -> None:
    assert '"/tmp/x/events.csv"' in forwarder.config(Work("", "file", (), "/tmp/x/events.csv"), 8000)


def test_only_rsyslog_over_udp_cannot_fail_over() -> None:
    work = [(policy, kind) for policy in ("PARALLEL", "FAILOVER", "ROUND-ROBIN") for kind in ("udp", "tcp")]
    refused = [(one.name, *pair) for one in FORWARDERS for pair in [*work, ("", "file")] if one.cannot(*pair)]
    assert refused == [("rsyslog", "FAILOVER", "udp")]


@pytest.mark.parametrize(
    ("policy", "members", "wrong"),
    [
        ("PARALLEL", (10, 10, 10), 0),
        ("PARALLEL", (10, 9, 10), 1),
        ("FAILOVER", (10, 0, 0), 0),
        ("FAILOVER", (9, 1, 0), 2),
        ("ROUND-ROBIN", (3, 4, 3), 0),
        ("ROUND-ROBIN", (5, 5, 0), 6),
        ("", (10,), 0),
        ("", (8,), 2),
        ("", (11,), 1),
    ],
)
def test_events_count_as_lost_where_the_policy_does_not_send_them(
    policy: str, members: tuple[int, ...], wrong: int
) -> None:
    assert misplaced(policy, members, 10) == wrong
