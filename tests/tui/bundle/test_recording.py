"""Exports and incident bundles: what they hold, that they can be opened again, and what damage does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.errors import CommandError
from engine.run import Attempt, failed
from engine.view.records import FeedPage
from tests.tui.pilots import console
from tests.tui.recorded import AUDIT, LOG
from tests.tui.world import NOW, PIKE, batch, page, record, snapshot, story_of_pike
from tui import cli
from tui.bundle.link import RecordedLink
from tui.bundle.recording import BundleError, Recording, read_bundle
from tui.userfiles.exports import save


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
    answer = await execute(Context(engine), "configuration")
    assert answer["label"] == "LAB"
    assert "hush" not in json.dumps(answer)
