"""Exports and incident bundles: what they hold, that they can be opened again, and what damage does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.commands.gate import execute
from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.errors import CommandError
from engine.log.handlers import LogLine
from engine.run import Attempt, failed
from engine.view.answers import Trail
from engine.view.codec import typed
from engine.view.records import FeedPage
from tests.tui.pilots import console
from tests.tui.world import NOW, PIKE, FakeLink, batch, page, record, snapshot, story_of_pike
from tui import cli
from tui.bundle.link import RecordedLink
from tui.bundle.recording import BundleError, Recording, read_bundle
from tui.model.pump import Pump
from tui.screens.dialogs.export import CHOICES
from tui.screens.views.audit import audit_lines
from tui.userfiles.exports import as_csv, as_json, audit_rows, delivery_rows, save, subscription_rows

AUDIT = typed({
    "entries": [
        {"number": 2, "wall": 1_700_000_000.5, "who": "MI 127.0.0.1:5", "command": "unsubscribe", "details": "",
         "result": "refused: no", "times": 1},
        {"number": 1, "wall": 1_700_000_000.0, "who": "console ann", "command": "pause_member", "details": "member=0",
         "result": "done", "times": 3},
    ],
    "dropped": 4,
}, Trail)  # fmt: skip


LOG = (LogLine(1, 1_700_000_000.0, 20, "engine", "a line"),)


def recording() -> Recording:
    lost = batch("E_PIKE_BLOCKED", 160, {"ip": None, "count": -1}, at=NOW - 0.05)
    outcome = failed("connection refused", answer=b"no")
    ended = record(7, "ended", "s1", lost, 0, outcome=outcome, attempts=(Attempt(0, NOW, outcome),))  # type: ignore[arg-type]
    return Recording((snapshot(PIKE),), page((*story_of_pike(), ended)), {"label": "LAB"}, AUDIT, LOG)


def sorted_by_seq(of: FeedPage) -> FeedPage:
    return FeedPage(of.records, tuple(sorted(of.batches, key=lambda one: one.first_seq)))


async def test_a_bundle_shows_what_was_recorded(tmp_path: Path) -> None:
    made = recording()
    path = save(tmp_path / "exports", "incident", "json", 1_700_000_000.0, made.text())
    assert path.name == "incident-20231114T221320Z.json"
    link = RecordedLink(read_bundle(path))
    assert await link.snapshot() == made.end
    assert sorted_by_seq(await link.feed(0)) == sorted_by_seq(made.feed)
    assert await link.command("audit") == AUDIT
    assert await link.command("configuration") == {"label": "LAB"}
    with pytest.raises(CommandError, match="no engine runs"):
        await link.command("raise_event", event="E_A")


async def test_the_console_on_a_bundle_stands_still_and_refuses_changes(tmp_path: Path) -> None:
    path = tmp_path / "incident.json"
    path.write_text(recording().text(), encoding="utf-8")
    async with console(RecordedLink(read_bundle(path))) as shown:
        await shown.until(lambda: "E_PIKE_BLOCKED" in shown.text(), "the recorded subscription")
        await shown.until(lambda: "skipped 1" in shown.text("#feed"), "the recorded delivery")
        await shown.press("down", "p")
        await shown.until(lambda: any("recording" in toast for toast in shown.toasts), "the refusal")
        assert shown.app.pump.now() < NOW + 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-40],
        lambda _: "[]",
        lambda _: '{"switchboard_bundle": 5}',
        lambda _: '{"switchboard_bundle": 4}',
        lambda _: '{"switchboard_bundle": 3}',
        lambda text: text.replace('"at":', '"when":'),
        lambda text: text.replace("[7,", '["x",'),
        lambda text: text.replace('"past":[', '"past":[],"others":['),
        lambda text: text.replace('"order":["s1"]', '"order":["s1","s2"]'),
        lambda text: text.replace('"records"', '"others"'),
    ],
)
def test_a_damaged_bundle_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[str], str]
) -> None:
    path = tmp_path / "incident.json"
    path.write_text(damage(recording().text()), encoding="utf-8")
    with pytest.raises(BundleError):
        read_bundle(path)
    assert cli.main(["open", str(path)]) == 2
    assert str(path) in capsys.readouterr().err
    assert cli.main(["open", str(tmp_path / "none.json")]) == 2


async def test_the_configuration_is_told_without_secrets() -> None:
    entry = SubscriptionSettings(event="E_A", socket="rabbitmq:guest:hush@h/q")
    engine = Engine(Settings(label="LAB", subscriptions=(entry,)))
    answer = await execute(engine, "configuration")
    assert answer["label"] == "LAB"
    assert "hush" not in json.dumps(answer)


async def test_tables_have_a_row_a_member_and_a_row_a_delivery() -> None:
    pump = Pump(FakeLink(records=story_of_pike()), lambda: 0.0)
    await pump.ask()
    assert pump.snapshot is not None
    members = subscription_rows(pump.snapshot)
    assert [(one["event"], one["position"], one["state"]) for one in members][:2] == [
        ("E_PIKE_BLOCKED", 1, "FAILED"),
        ("E_PIKE_BLOCKED", 2, "UP"),
    ]
    rows = delivery_rows(pump.deliveries.lines, pump.snapshot)
    assert [one["event"] for one in rows] == ["E_UL_AOR_INSERT", "E_ACC_CDR", "E_PIKE_BLOCKED"]
    assert "skipped 1" in rows[-1]["told"]
    assert json.loads(as_json(rows)) == [dict(row) for row in rows]


def test_a_spreadsheet_takes_nothing_for_a_formula() -> None:
    text = as_csv([{"a": "=1+1", "b": -1}, {"a": "x, y", "b": None}])
    assert list(csv.reader(io.StringIO(text))) == [["a", "b"], ["'=1+1", "-1"], ["x, y", ""]]
    assert as_csv([]) == ""


def test_words_of_a_peer_steer_no_terminal_that_shows_an_export() -> None:
    rows = [{"error": "\x1b]52;c;aGFybWxlc3M=\x07\r\nforged,1\u202e\x9b2J", "name": "Zürich"}]
    text = as_csv(rows)
    assert text.splitlines() == ["error,name", r'"\x1b]52;c;aGFybWxlc3M=\x07\r\nforged,1\u202e\x9b2J",Zürich']
    shown = as_json(rows)
    assert all(line.isprintable() for line in shown.splitlines())
    assert json.loads(shown) == rows


def test_the_audit_trail_is_shown_with_reasons_and_exported() -> None:
    lines = ["".join(part.text for part in line) for line in audit_lines(AUDIT.entries, 4)]  # type: ignore[arg-type]
    assert lines[0].startswith("✖ ")
    assert "refused: no" in lines[1]
    assert "pause_member ×3" in lines[2]
    assert "4 older" in lines[3]
    assert audit_rows(AUDIT.entries)[1]["at"] == "2023-11-14T22:13:20.000Z"
    assert "Nothing was changed" in audit_lines([], 0)[0][0].text


@pytest.mark.parametrize("position", range(len(CHOICES)))
async def test_everything_can_be_exported_by_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    monkeypatch.setattr("tui.userfiles.places.export_folder", lambda: tmp_path)
    link = FakeLink(records=story_of_pike())
    link.answers = {"audit": AUDIT, "configuration": {"label": "LAB"}}
    async with console(link) as shown:
        await shown.press("E", *["down"] * position, "enter")
        await shown.until(lambda: any(str(tmp_path) in toast for toast in shown.toasts), "the toast")
        (path,) = map(Path, shown.toasts)
    assert path.name.startswith(CHOICES[position].what)
    assert path.suffix == f".{CHOICES[position].form}"
    assert "PIKE" in path.read_text() or CHOICES[position].what == "audit"
    if CHOICES[position].what == "incident":
        bundle = read_bundle(path)
        assert bundle.configuration == {"label": "LAB"}
        assert "could not be had" in bundle.log[0].text


async def test_what_cannot_be_exported_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tui.userfiles.places.export_folder", lambda: tmp_path / "file")
    async with console() as shown:
        await shown.press("E", "enter")
        await shown.until(lambda: any("Not exported" in toast for toast in shown.toasts), "the reason")
        await shown.press("E", *["down"] * 4, "enter")
        await shown.until(lambda: any("no answer to audit" in toast for toast in shown.toasts), "the refusal")


async def test_the_audit_trail_is_a_screen() -> None:
    link = FakeLink()
    link.answers = {"audit": AUDIT}
    async with console(link) as shown:
        await shown.press("A")
        await shown.until(lambda: shown.app.screen.query("#audit"), "the screen")
        await shown.until(lambda: "console ann" in shown.said("#audit"), "the trail")
        await shown.press("f5", "escape")
        assert shown.app.screen is shown.dashboard
        assert [name for name, _ in link.commands] == ["audit", "audit"]
