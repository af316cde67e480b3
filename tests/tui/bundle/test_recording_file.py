"""Incident bundles as files: what comes back from them, their bounds, their masks, and older ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.errors import CommandError
from engine.feed import Step
from engine.log.handlers import LogLine
from tests.tui.inspected import MEMBER
from tests.tui.recorded import AUDIT, RECORDED, SECOND, STEPS, at, first_version, incident, of_records, written
from tests.tui.world import NOW, PIKE, batch, member, page, record, snapshot
from tui import cli
from tui.bundle import masked_json, recording
from tui.bundle.link import RecordedLink
from tui.bundle.recording import SIZE_MAX, Recording, history_before, missing, read_bundle
from tui.model.time_series import EVERYTHING, Measure


def test_every_part_comes_back(tmp_path: Path) -> None:
    made = incident()
    again = written(made, tmp_path)
    assert again.past == made.past
    assert again.feed.records == made.feed.records
    assert again.feed.by_seq() == made.feed.by_seq()
    for name in ("configuration", "audit", "log", "described", "inspected", "charts"):
        assert getattr(again, name) == getattr(made, name), name
    assert not missing(again)


def test_the_last_minutes_begin_with_the_state_at_their_beginning() -> None:
    part = incident().of_last(9.0)
    assert [one.at for one in part.past] == [at(step) for step in range(STEPS - 6, STEPS)]
    assert all(one.at >= NOW - 9.0 for one in part.feed.records)
    assert [entry.text for entry in part.log] == ["a late line"]
    assert incident().of_last(1e6).past == incident().past


def test_the_charts_are_cut_where_the_recording_begins() -> None:
    track = history_before(incident()).track(EVERYTHING)
    assert track is not None
    assert len(track.values(Measure.DELIVERIES, 300)) == 200 - 60
    assert len(track.values(Measure.DELIVERIES, 3_600)) == 20 - 6


def heavy() -> Recording:
    """Far more than has room: rows that all change, large events, long answers of members, a long log."""
    members = tuple(
        member(index, f"tcp:127.0.0.1:{index}", history="✓" * 16, error="ä" * 200, error_at=NOW) for index in range(400)
    )
    row = replace(PIKE, members=members)
    past = tuple(snapshot(replace(row, version=step), at=NOW - 1_800 + 2 * step) for step in range(60))
    batches = [batch("E_BIG", 1 + 10 * number, *[{"text": "x" * 2_000}] * 10) for number in range(500)]
    records = tuple(record(number, Step.HELD, "s1", one) for number, one in enumerate(batches, 1))
    members_told = {f"s{number}": [replace(MEMBER, socket="a" * 8_000)] for number in range(1_000)}
    described = {f"s{number}": replace(incident().described["s1"], members=("a" * 8_000,)) for number in range(1_000)}
    log = [LogLine(n, NOW, 20, "engine", "b" * 1_000) for n in range(2_000)]
    return Recording(past, page(records), {}, AUDIT, log, described, members_told)


def test_a_bundle_is_bounded_and_says_what_it_had_no_room_for(tmp_path: Path) -> None:
    made = heavy()
    again = written(made, tmp_path)
    assert (tmp_path / "incident.json").stat().st_size < SIZE_MAX
    assert 2 < len(again.past) < len(made.past)
    assert (again.past[0], again.past[-1]) == (made.past[0], made.past[-1])
    assert 0 < len(again.feed.records) < len(made.feed.records)
    assert again.feed.records[-1].number == made.feed.records[-1].number
    assert again.log[-1] == made.log[-1]
    assert again.left_out["snapshots"] == len(made.past) - len(again.past)
    assert again.left_out["records of deliveries"] == len(made.feed.records) - len(again.feed.records)
    (said,) = missing(again)
    assert "records of deliveries" in said
    assert "lines of the log" in said


def test_whatever_else_is_large_the_records_make_room(tmp_path: Path) -> None:
    made = replace(heavy(), configuration={"subscriptions": ["c" * 1_000] * 8_000})
    again = written(made, tmp_path)
    assert (tmp_path / "incident.json").stat().st_size < SIZE_MAX
    assert 0 < len(again.feed.records) < 200


def test_a_bundle_of_the_second_version_is_still_opened(tmp_path: Path) -> None:
    document = json.loads(RECORDED.read_text())
    seqs = {one["number"]: one["first_seq"] for one in document["batches"]}
    for one in document["batches"]:
        del one["number"]
    for one in document["records"]:
        one["batch"] = seqs[one["batch"]]
    path = tmp_path / "old.json"
    path.write_text(json.dumps({**document, "switchboard_bundle": 2}))
    assert read_bundle(path) == read_bundle(RECORDED)


async def test_a_bundle_of_the_first_version_is_still_opened(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(first_version()))
    link = RecordedLink(read_bundle(path))
    assert (await link.snapshot()).subscriptions == (PIKE,)
    told = await link.command("inspect_delivery", subscription="s1", seq=150)
    assert (told.params, told.payloads) == ((("ip", "192.0.2.11"),), ())
    assert [entry.text for entry in await link.command("log_since")] == ["a line"]
    with pytest.raises(CommandError, match="does not hold member 1"):
        await link.command("inspect_member", subscription="s1", member=0)


def test_charts_are_written_track_by_track(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, longest = masked_json.encode, []
    monkeypatch.setattr(masked_json, "encode", lambda value: longest.append(len(line := whole(value))) or line)
    charts = {f"s{number}": [[SECOND] * 300, [SECOND] * 360, [SECOND] * 1_440] for number in range(40)}
    text = replace(of_records(), charts=charts).text()
    assert json.loads(text)["charts"] == charts
    assert max(longest) < 1.1 * max(len(whole(one)) for one in charts.values())


def test_what_has_no_room_is_told_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recording, "RECORDS_MAX", 2_000)
    path = tmp_path / "incident.json"
    path.write_text(incident().text())
    assert "records of deliveries" in missing(read_bundle(path))[0]
    assert cli.main(["open", str(path)]) == 2  # no terminal here
    assert "needs a terminal" in capsys.readouterr().err
