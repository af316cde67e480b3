"""Bundles that somebody made up: whatever would break the console later is refused when the file is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from engine.view.records import RaisedBatch, StepRecord
from engine.view.snapshot import MemberRow, SubscriptionRow
from tests.tui.recorded import RECORDED, first_version, incident
from tui import cli
from tui.bundle.checks import DEPTH_MAX
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


def place(kind: type[Struct], name: str) -> int:
    """Where a field stands in what is written as an array."""
    return kind.__struct_fields__.index(name)


def answered_by_nobody(document: Document) -> None:
    document["records"][0][place(StepRecord, "member")] = None
    document["records"][0][place(StepRecord, "outcome")] = ["failed", "", None, "AA=="]


def of_member(name: str, value: Any) -> Callable[[Document], None]:
    """Puts a value of the first member of the first row."""
    row = ("past", 0, "rows", 0, place(SubscriptionRow, "members"), 0)
    return put(*row, place(MemberRow, name), value=value)


def of_record(name: str, value: Any, number: int = 0) -> Callable[[Document], None]:
    return put("records", number, place(StepRecord, name), value=value)


def of_batch(name: str, value: Any) -> Callable[[Document], None]:
    return put("batches", 0, place(RaisedBatch, name), value=value)


@pytest.mark.parametrize(
    ("alter", "place"),
    [
        (put("past", 0, "head", "wall", value=1e15), "past[0].head.wall"),
        (put("past", 0, "head", "wall", value=-1.0), "past[0].head.wall"),
        (put("past", 0, "head", "at", value=1e15), "past[0].head.at"),
        (put("past", 0, "head", "at", value=1e8), "order of their times"),
        (put("past", 0, "head", "label", value=5), "past[0].head.label"),
        (of_member("since", 1e15), "past[0].rows[0][7][0][4]"),
        (of_member("index", 7), "index 7"),
        (of_member("latency_now_s", [0.1]), "1 latencies"),
        (of_member("error", "refused"), "error without its time"),
        (put("charts", value={"a": [[]]}), "charts"),
        (put("charts", value={"a": [[], [], [], []]}), "charts"),
        (put("charts", value={"a b c": [[], [], []]}), "'a b c' names no subscription"),
        (put("charts", value={"a ٣": [[], [], []]}), "names no subscription"),
        (put("charts", value={"a": [[[1.0]], [], []]}), "charts[...][0][0]"),
        (put("charts", value={"a": [[[-1.0] * 7], [], []]}), "charts[...][0][0][0]"),
        (of_batch("params", []), "events that its batch does not have"),
        (of_batch("params", [[["ip", [1]]]]), "batches[0][4][0][0][1]"),
        (of_batch("params", [[["ip", 2**40]]]), "'ip'"),
        (of_batch("params", [[["ip", True]]]), "batches[0][4][0][0][1]"),
        (of_batch("name", ""), "needs a name"),
        (of_batch("raised_at", 1e15), "batches[0][2]"),
        (of_batch("first_seq", 9_999), "which is not there"),
        (of_record("indices", [0, 1]), "records[0][5]"),
        (of_record("indices", [0, 1, 0]), "records[0][5]"),
        (of_record("member", "x"), "records[0][6]"),
        (of_record("member", -1), "records[0][6]"),
        (of_record("member", 1.5), "records[0][6]"),
        (of_record("number", 50), "order of their numbers"),
        (of_record("outcome", None, 1), "does not tell how it was settled"),
        (answered_by_nobody, "answer of nobody"),
        (of_record("skipped", [["x", "y"]]), "records[0][7][0][0]"),
        (of_record("attempts", [[0, 1e15, ["failed", "", None], False]]), "records[0][8][0][1]"),
        (put("inspected", "s1", 0, value="x"), "inspected[...][0]"),
        (put("inspected", "s1", 0, value={"socket": "x"}), "inspected[...][0]"),
        (put("inspected", "s1", 0, "state", value="sleepy"), "inspected[...][0].state"),
        (put("inspected", "s1", 0, "changes", 0, "at", value="x"), "inspected[...][0].changes[0].at"),
        (put("inspected", "s1", 0, "error_at", value=None), "error without its time"),
        (put("inspected", "s1", 0, "wire", value={"format": "morse"}), "'morse'"),
        (put("inspected", "s1", 0, "wire", "method", value=5), "inspected.s1.0.wire"),
        (put("inspected", "s1", 0, "latency", "percentiles", value=[[50, None]]), "inspected.s1.0.latency"),
        (put("inspected", "s1", 0, "settings", 0, "value", value=1e300), "inspected.s1.0.failover_timeout"),
        (put("described", "s1", "members", value=[]), "described[...].members"),
        (put("described", "s1", "options", "more", value=1), "'more'"),
        (put("configuration", "x", value=deep(DEPTH_MAX + 1)), "configuration"),
        (put("configuration", "x", value=[2**70]), "configuration: a number is too large"),
        (put("audit", "entries", 0, "wall", value=1e15), "audit.entries[0].wall"),
        (put("log", 0, "wall", value=1e15), "log[0].wall"),
        (put("log", 0, "number", value=2**70), "log[0].number"),
        (put("left_out", "lines of the log", value=-1), "left_out"),
        (lambda document: document.pop("audit"), "`audit`"),
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


def alter_columns(document: Document) -> None:
    document["past"]["columns"].insert(1, "more")


@pytest.mark.parametrize(
    ("alter", "place"),
    [
        (put("past", "moments", 0, "head", "wall", value=1e15), "past[0].head.wall"),
        (put("past", "moments", value=[]), "no snapshot"),
        (put("records", 0, "batch", value=99), "tells of batch 99, which is not there"),
        (put("records", 0, "outcome", value=["failed", "", "member", "xy"]), "non-hexadecimal"),
        (put("records", 0, "number", value=2**70), "too large"),
        (put("batches", 0, "raised_at", value=1e15), "batches[0][2]"),
        (lambda document: document.pop("audit"), "it has no 'audit'"),
        (alter_columns, "zip()"),
    ],
)
def test_a_bundle_of_the_third_version_is_checked_too(
    tmp_path: Path, alter: Callable[[Document], object], place: str
) -> None:
    document = json.loads(RECORDED.read_text())
    alter(document)
    with pytest.raises(BundleError) as refusal:
        read(tmp_path, json.dumps(document))
    assert place in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "place"), [("wall", "past[0].head.wall"), ("subscriptions", "past[0].rows[0][7][0][4]")]
)
def test_a_bundle_of_the_first_version_is_checked_too(tmp_path: Path, name: str, place: str) -> None:
    document = first_version()
    document["snapshot"]["subscriptions"][0]["members"][0]["since"] = 1e15
    document["snapshot"][name] = 1e15 if name == "wall" else document["snapshot"][name]
    with pytest.raises(BundleError) as refusal:
        read(tmp_path, json.dumps(document))
    assert place in str(refusal.value)


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999", "1e300", "9" * 400, "9" * 5_000])
@pytest.mark.parametrize("is_old", [False, True])
def test_a_number_that_is_none_is_refused(tmp_path: Path, number: str, is_old: bool) -> None:
    whole = RECORDED.read_text() if is_old else incident().text()
    text = whole.replace('"lines of the log":0', f'"lines of the log":{number}')
    assert number in text
    with pytest.raises(BundleError):
        read(tmp_path, text)


def test_lists_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="too many lists"):
        read(tmp_path, '{"switchboard_bundle":4,"past":' + "[" * 200_000)


def test_nothing_that_a_bundle_holds_steers_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(incident().text())
    document["inspected"]["s1"][0]["settings"][0] |= {"name": "\x1b]2;owned\x07\x9b31m", "value": 1e300}
    path = tmp_path / "incident.json"
    path.write_text(json.dumps(document))
    assert cli.main(["open", str(path)]) == 2
    told = capsys.readouterr().err
    assert "owned" in told
    assert told.rstrip("\n").isprintable()
