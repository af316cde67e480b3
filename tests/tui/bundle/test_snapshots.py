"""Snapshots in a bundle: only what changed is written, and all of it comes back."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from tests.tui.recorded import STEPS, incident, written
from tests.tui.world import NOW, PIKE, snapshot


def test_rows_that_did_not_change_are_written_once() -> None:
    text = incident().text()
    assert text.count('["s2",') == 1
    assert text.count('["s1",1') == STEPS


def test_subscriptions_that_come_and_go_do_so_in_the_file(tmp_path: Path) -> None:
    other = replace(PIKE, id="s9", version=9)
    past = tuple(
        snapshot(*rows, at=NOW + 2 * step)
        for step, rows in enumerate([(PIKE,), (other, PIKE), (PIKE, other), (other,)])
    )
    again = written(replace(incident(), past=past), tmp_path)
    assert [[row.id for row in one.subscriptions] for one in again.past] == [["s1"], ["s9", "s1"], ["s1", "s9"], ["s9"]]
