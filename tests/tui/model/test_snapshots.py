"""The half hour that a console keeps for incident bundles: shared rows, bounds, and what goes first."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from engine.view.snapshot import EngineSnapshot
from tests.tui.world import NOW, PIKE, snapshot
from tui.model import snapshots as past
from tui.model.snapshots import EACH_S, KEPT_S, Past


def at(seconds: float, version: int = 1) -> EngineSnapshot:
    return snapshot(replace(PIKE, version=version), at=NOW + seconds)


def times(kept: Past) -> list[float]:
    return [one.at - NOW for one in kept.snapshots]


def test_one_snapshot_in_two_seconds_is_kept() -> None:
    kept = Past()
    for quarter in range(41):
        kept.note(at(quarter / 4))
    assert times(kept) == [0, 2, 4, 6, 8, 10]


def test_what_is_older_than_half_an_hour_goes() -> None:
    kept = Past()
    for step in range(int(KEPT_S / EACH_S) + 50):
        kept.note(at(step * EACH_S))
    assert times(kept)[-1] - times(kept)[0] == KEPT_S
    assert kept.thinned == 0


def test_another_engine_begins_another_past() -> None:
    kept = Past()
    kept.note(at(0))
    kept.note(replace(at(10), started_at=NOW + 5))
    assert times(kept) == [10]


def test_rows_that_change_are_bounded_and_the_old_are_kept_more_coarsely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "WEIGHT_MAX", 300)
    kept = Past()
    for step in range(800):
        kept.note(at(step * EACH_S, version=step))
    assert sum(1 + len(row.members) for one in kept.snapshots for row in one.subscriptions) <= 300
    assert times(kept)[0] == 0
    assert len(kept.snapshots) == 100
    assert kept.thinned == 700
    gaps = [after - before for before, after in pairwise(times(kept))]
    assert sum(gaps[-20:]) < sum(gaps[:20]) / 2


def test_rows_that_stay_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "WEIGHT_MAX", 10)
    kept = Past()
    for step in range(500):
        kept.note(at(step * EACH_S))
    assert len(kept.snapshots) == 500
