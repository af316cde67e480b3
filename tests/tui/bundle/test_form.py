"""Bundles that somebody made up: whatever would break the console later is refused when the file is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tui.bundle.form import DEPTH_MAX

from tests.tui.bundle.test_bundle import first_version
from tests.tui.recorded import incident
from tui import cli
from tui.bundle.recording import BundleError, read_bundle

Document = dict[str, Any]


def read(folder: Path, text: str) -> Any:
    """What is read from a file with this text."""
    path = folder / "incident.json"
    path.write_text(text, encoding="utf-8")
    return read_bundle(path)


def deep(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def put(*path: str | int, value: Any) -> Callable[[Document], None]:
    """Puts a value at a place of the document."""

    def alter(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return alter


def answered_by_nobody(document: Document) -> None:
    document["records"][0] |= {"member": None, "outcome": ["failed", "", None, "00"]}


MEMBER_AT = ("past", "moments", 0, "rows", 0, "members", 0)
"""The first member's values in the order of the columns."""


def column(name: str) -> int:
    columns: list[str] = json.loads(incident().text())["past"]["columns"]
    return columns.index(name)


@pytest.mark.parametrize(
    ("alter", "place"),
    [
        (put("past", "moments", 0, "head", "wall", value=1e15), "snapshot.wall"),
        (put("past", "moments", 0, "head", "wall", value=-1.0), "snapshot.wall"),
        (put("past", "moments", 0, "head", "at", value=1e15), "snapshot.at"),
        (put("past", "moments", 0, "head", "at", value=1e8), "order of their times"),
        (put("past", "moments", 0, "head", "label", value=5), "past.0.label"),
        (put(*MEMBER_AT, column("since"), value=1e15), "member 1 of 's1'.since"),
        (put(*MEMBER_AT, column("index"), value=7), "index 7"),
        (put(*MEMBER_AT, column("latency_now_s"), value=[0.1]), "1 latencies"),
        (put(*MEMBER_AT, column("error"), value="refused"), "error without its time"),
        (put("charts", value={"a": [[]]}), "charts.a"),
        (put("charts", value={"a": [[], [], [], []]}), "charts.a"),
        (put("charts", value={"a b c": [[], [], []]}), "'a b c' names no subscription"),
        (put("charts", value={"a ٣": [[], [], []]}), "names no subscription"),
        (put("charts", value={"a": [[[1.0]], [], []]}), "charts.a.0.0"),
        (put("charts", value={"a": [[[-1.0] * 7], [], []]}), "charts.a.0.0.0"),
        (put("batches", 0, "events", value=[]), "events that its batch does not have"),
        (put("batches", 0, "events", 0, value=[["ip", [1]]]), "'ip'"),
        (put("batches", 0, "raised_at", value=1e15), "batches.0.raised_at"),
        (put("batches", 0, "number", value=99), "which is not there"),
        (put("records", 0, "member", value="x"), "records.0.member"),
        (put("records", 0, "member", value=-1), "records.0.member"),
        (put("records", 0, "member", value=1.5), "records.0.member"),
        (put("records", 0, "number", value=50), "order of their numbers"),
        (put("records", 1, "outcome", value=None), "does not tell how it was settled"),
        (answered_by_nobody, "answer of nobody"),
        (put("records", 0, "skipped", value=[["x", "y"]]), "records.0.skipped.0.0"),
        (put("records", 0, "attempts", value=[[0, 1e15, ["failed", "", None], False]]), "records.0.attempts.0.1"),
        (put("inspected", "s1", 0, value="x"), "inspected.s1.0"),
        (put("inspected", "s1", 0, value={"socket": "x"}), "inspected.s1.0"),
        (put("inspected", "s1", 0, "state", value="sleepy"), "inspected.s1.0.state"),
        (put("inspected", "s1", 0, "changes", 0, "at", value="x"), "inspected.s1.0.changes.0.at"),
        (put("inspected", "s1", 0, "error_at", value=None), "error without its time"),
        (put("inspected", "s1", 0, "wire", value={"format": "morse"}), "'morse'"),
        (put("inspected", "s1", 0, "wire", "method", value=5), "inspected.s1.0.wire"),
        (put("inspected", "s1", 0, "latency", "percentiles", value=[[50, None]]), "inspected.s1.0.latency"),
        (put("described", "s1", "members", value=[]), "described.s1.members"),
        (put("described", "s1", "options", "more", value=1), "'more'"),
        (put("configuration", "x", value=deep(DEPTH_MAX + 1)), "configuration"),
        (put("audit", "entries", 0, "wall", value=1e15), "audit.entries.0.wall"),
        (put("log", 0, "wall", value=1e15), "log.0.wall"),
        (put("log", 0, "number", value=2**70), "too large"),
        (put("left_out", "lines of the log", value=-1), "left_out.lines of the log"),
        (lambda document: document.pop("audit"), "it has no 'audit'"),
    ],
)
def test_what_would_break_the_console_is_refused_with_its_place(
    tmp_path: Path, alter: Callable[[Document], object], place: str
) -> None:
    document = json.loads(incident().text())
    alter(document)
    with pytest.raises(BundleError) as refusal:
        read(tmp_path, json.dumps(document))
    assert place in str(refusal.value)


@pytest.mark.parametrize(("name", "place"), [("wall", "snapshot.wall"), ("subscriptions", "member 1 of 's1'.since")])
def test_a_bundle_of_the_first_version_is_checked_too(tmp_path: Path, name: str, place: str) -> None:
    document = first_version()
    document["snapshot"]["subscriptions"][0]["members"][0]["since"] = 1e15
    document["snapshot"][name] = 1e15 if name == "wall" else document["snapshot"][name]
    with pytest.raises(BundleError) as refusal:
        read(tmp_path, json.dumps(document))
    assert place in str(refusal.value)


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999", "1e300", "9" * 400, "9" * 5_000])
def test_a_number_that_is_none_is_refused(tmp_path: Path, number: str) -> None:
    text = incident().text().replace('"lines of the log":0', f'"lines of the log":{number}')
    assert number in text
    with pytest.raises(BundleError, match="no incident bundle"):
        read(tmp_path, text)


def test_lists_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="too many lists"):
        read(tmp_path, "[" * 200_000)


def test_nothing_that_a_bundle_holds_steers_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(incident().text())
    document["charts"] = {"\x1b]2;owned\x07\x9b31m": 5}
    path = tmp_path / "incident.json"
    path.write_text(json.dumps(document))
    assert cli.main(["open", str(path)]) == 2
    told = capsys.readouterr().err
    assert "owned" in told
    assert told.rstrip("\n").isprintable()
