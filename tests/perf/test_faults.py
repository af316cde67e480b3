"""What is said of faults is counted rightly, and a row runs from end to end and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.events import payloads
from benchmarks.faults import __main__ as program
from benchmarks.faults.counting import (
    Arrival,
    Back,
    Count,
    Tick,
    counted,
    disordered,
    first_after_ms,
    first_arrivals,
    longest_gap_ns,
)
from benchmarks.faults.pacing import heard, plan, told
from benchmarks.faults.records import LISTENING, Record, numbers_in, recorded
from benchmarks.faults.rows import ROWS, Demand
from benchmarks.forwarders.program import Work
from benchmarks.forwarders.rsyslog import Rsyslog

ROOT = Path(__file__).parents[2]
MS = 1_000_000
"""Nanoseconds."""

TICKS = (Tick(0, 100, 4), Tick(50 * MS, 104, 4, (105, 107)), Tick(100 * MS, 108, 4))


def test_accepted_refused_delivered_twice_and_lost_are_told_apart() -> None:
    came = [Arrival(number * MS, number) for number in (100, 101, 102, 104, 106, 108)]
    copies = [Arrival(200 * MS, 101), Arrival(201 * MS, 101), Arrival(202 * MS, 106)]
    count = counted(TICKS, [*copies, *came, Arrival(5, LISTENING)], undelivered=3, back=None)
    assert (count.accepted, count.refused, count.delivered, count.twice) == (10, 2, 6, 3)
    assert (count.undelivered, count.missing, count.lost) == (3, 4, 1)
    assert count.first_ms is None


def test_what_was_refused_and_came_all_the_same_makes_up_for_nothing() -> None:
    count = counted(TICKS, [Arrival(1, 105), Arrival(2, 107)], undelivered=0, back=None)
    assert (count.delivered, count.lost) == (0, 10)


def test_what_came_elsewhere_is_what_came_there_first() -> None:
    came = [Arrival(1, 100), Arrival(2, 101, 1), Arrival(3, 101), Arrival(4, 100, 1), Arrival(5, 102, 2)]
    assert counted(TICKS, came, undelivered=0, back=None).elsewhere == 2


def test_a_program_that_tells_nothing_has_lost_what_is_missing() -> None:
    assert counted(TICKS, [Arrival(1, 100)], undelivered=None, back=None).lost == 9


def test_more_told_than_missing_is_no_negative_loss() -> None:
    came = [Arrival(number, number) for number in range(100, 112)]
    assert counted(TICKS, came, undelivered=2, back=None).lost == 0


@pytest.mark.parametrize(
    ("times", "gap"),
    [
        ([], 100),
        ([10, 40, 60, 95], 35),
        ([50], 50),
        ([60, 70], 60),  # from the beginning
        ([20, 30], 70),  # until the end
        ([20, 60, 90, 500, 900], 40),  # what comes after the raising is no stall
    ],
)
def test_the_longest_stall_is_between_beginning_and_end_of_the_raising(times: list[int], gap: int) -> None:
    assert longest_gap_ns(times, 0, 100) == gap


def test_a_copy_ends_no_stall() -> None:
    came = [Arrival(0, 100), Arrival(50 * MS, 100), Arrival(90 * MS, 101)]
    assert counted(TICKS, came, 0, None).stall_s == pytest.approx(0.09)


@pytest.mark.parametrize(
    ("numbers", "count"), [([], 0), ([1, 2, 3], 0), ([1, 3, 2], 1), ([5, 1, 2, 6, 3], 3), ([2, 4, 6], 0)]
)
def test_out_of_order_is_what_came_after_a_higher_number(numbers: list[int], count: int) -> None:
    assert disordered(numbers) == count


def test_a_copy_is_not_out_of_order() -> None:
    assert disordered(one.number for one in first_arrivals([Arrival(1, 1), Arrival(2, 2), Arrival(3, 1)])) == 0


@pytest.mark.parametrize(
    ("back", "came_ms", "first_ms"),
    [
        (Back(60 * MS, has_connection=True), 75, 15),
        (Back(60 * MS, has_connection=True), 130, 70),
        (Back(60 * MS, has_connection=False), 75, 0),  # it had waited
        (Back(60 * MS, has_connection=False), 130, 30),  # the first that was raised since, at 100
        (Back(60 * MS, has_connection=True), 59, None),
    ],
)
def test_the_first_event_is_measured_from_the_receiver_being_back(
    back: Back, came_ms: int, first_ms: float | None
) -> None:
    assert first_after_ms(back, TICKS, [Arrival(came_ms * MS, 101)]) == first_ms


def test_numbers_are_found_however_the_stream_is_cut() -> None:
    text = b"".join(payloads(7, 3)) + b"<value><int>1000000010</int></value>"
    for cut in range(len(text) + 1):
        first, rest = numbers_in(text[:cut])
        second, _ = numbers_in(rest + text[cut:])
        assert first + second == [1000000007, 1000000008, 1000000009, 1000000010]


def test_a_record_is_continued_by_a_successor(tmp_path: Path) -> None:
    assert recorded(tmp_path / "record") == []
    before = time.monotonic_ns()
    Record(tmp_path / "record").note([LISTENING])
    Record(tmp_path / "record").note([7, 8])
    found = recorded(tmp_path / "record")
    assert [one.number for one in found] == [LISTENING, 7, 8]
    assert before <= found[0].at_ns <= found[1].at_ns == found[2].at_ns


@pytest.mark.parametrize(("rate", "count", "together"), [(5_000, 80_000, 250), (1_000, 10_000, 50), (4, 14, 1)])
def test_a_plan_raises_every_event_once_at_its_rate(rate: int, count: int, together: int) -> None:
    due = list(plan(rate, count))
    assert [number for one in due for number in range(one.first, one.first + one.count)] == list(range(count))
    assert {one.count for one in due} == {together}
    assert [one.first for one in plan(rate, count, 7)] == [one.first + 7 for one in due]
    assert all(one.at_s == pytest.approx(one.first / rate) for one in due)


def test_ticks_survive_being_told() -> None:
    assert tuple(heard(told(TICKS))) == TICKS


FINE = Count(10, 2, 10, 3, 0, 1.0, 0, 4, 50.0)


@pytest.mark.parametrize(
    ("change", "misses"),
    [
        ({}, []),
        ({"delivered": 8, "undelivered": 2}, ["2 did not arrive", "2 undelivered"]),
        ({"delivered": 8}, ["2 did not arrive", "2 without a word"]),
        ({"stall_s": 1.6}, ["a stall of more than 1.5 s"]),
        ({"first_ms": 101.0}, ["the first event not within 100 ms"]),
        ({"first_ms": None}, ["the first event not within 100 ms"]),
        ({"disordered": 1}, ["1 out of order"]),
        ({"elsewhere": 5}, ["5 went elsewhere"]),
    ],
)
def test_a_demand_says_what_is_not_met(change: dict[str, int], misses: list[str]) -> None:
    assert Demand(stall_s=1.5, first_ms=100, elsewhere=4, is_ordered=True).misses(replace(FINE, **change)) == misses


def test_what_is_not_demanded_is_not_missed() -> None:
    bad = Count(10, 2, 5, 3, 5, 9.0, 4)
    assert Demand(missing=None, undelivered=None).misses(bad) == []


def test_in_every_row_the_happening_is_over_while_events_are_raised() -> None:
    assert all(row.fault_at_s + row.fault_s < row.seconds for row in ROWS.values())
    assert all(row.watched is None or row.policy == "PARALLEL" for row in ROWS.values())


def test_only_rows_that_are_not_about_their_length_are_made_shorter() -> None:
    short, away = ROWS["tcp-sync-hang"].scaled(4.0, 100), ROWS["tcp-away-5"]
    assert (short.count, short.fault_at_s, short.fault_s) == (400, 1.0, 1.25)
    assert away.scaled(4.0, 100) == away


def test_a_quick_run_leaves_out_long_absences_that_were_not_named() -> None:
    quick = {row.name for row in program.chosen(program.arguments(["--quick"]))}
    assert {"tcp-sync-hang", "tcp-away-5", "failover-dead-6"} <= quick
    assert not quick & {"tcp-away-20", "tcp-away-60", "failover-dead-65"}
    assert [row.name for row in program.chosen(program.arguments(["--quick", "tcp-away-60"]))] == ["tcp-away-60"]


def test_rsyslog_is_told_to_try_the_last_member_again_and_again() -> None:
    text = Rsyslog().config(Work("FAILOVER", "tcp", (9001, 9002), retries=True), 8000)
    retrying = ['action.resumeRetryCount="-1"' in line for line in text.splitlines() if "omfwd" in line]
    assert retrying == [False, True]


def test_an_unknown_row_is_named_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program.main(["tcp-hangs"])
    assert "no such row: tcp-hangs; there are tcp-sync-hang, " in capsys.readouterr().err


LIMIT_S = 12.0
SHORT = ("--alone", "--seconds", "2", "--rate", "400")


def test_a_killed_member_is_measured_from_end_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([*SHORT, "--markdown", "tcp-sync-killed"]) == 0
    told_of = capsys.readouterr()
    (line,) = [line for line in told_of.out.splitlines() if line.startswith("| tcp-sync-killed")]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1:5] == ["switchboard", "800", "0", "800"]
    assert 0 < int(cells[5]) < 800  # at the standby
    assert (cells[7], cells[8], cells[10], cells[-1]) == ("0", "0", "0", "met")
    assert told_of.err.startswith("tcp-sync-killed, switchboard: 800 accepted, 0 refused, 0 did not arrive")


def test_a_demand_that_is_missed_is_told_and_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked_too_much = replace(ROWS["tcp-sync-reset"], demand=Demand(stall_s=0.0))
    monkeypatch.setitem(ROWS, "tcp-sync-reset", asked_too_much)
    assert program.main([*SHORT, "tcp-sync-reset"]) == 1
    assert "MISSED: a stall of more than 0 s" in capsys.readouterr().out


def test_the_time_until_the_first_event_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = replace(
        ROWS["udp-away-5"], rate=50, fault_at_s=0.3, fault_s=0.5, seconds=2.0, demand=Demand(None, None, None, 1_000)
    )
    monkeypatch.setitem(ROWS, "udp-away-5", row)
    assert program.main(["--alone", "udp-away-5"]) == 0
    assert " ms  met" in capsys.readouterr().out


def test_a_run_that_is_ended_early_leaves_nothing_behind(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.faults", "--alone", "tcp-sync-hang"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + LIMIT_S
        while not _arrived(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert _arrived(tmp_path)
        children = _children(run.pid)
        assert len(children) == 3  # two receivers and the engine, which raises for 16 s
        run.send_signal(signal.SIGTERM)
        assert run.wait(LIMIT_S) == 128 + signal.SIGTERM
    finally:
        run.kill()
        run.wait()
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert list(tmp_path.iterdir()) == []


def _arrived(directory: Path) -> bool:
    """Whether an event was written down: a receiver's mark is there before."""
    return any(path.stat().st_size > 16 for path in directory.glob("*/member0.record"))


def _children(parent: int) -> list[int]:
    stats = [_stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid, its_parent in stats if its_parent == parent]


def _stat(process: Path) -> tuple[int, int]:
    """Id of a process and of its parent; of one that has ended meanwhile, 0."""
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return int(process.name), 0
    return int(process.name), int(fields[1])
