"""Bundles of earlier versions are still opened, and tell what they told."""

from __future__ import annotations

from engine.feed import Step
from engine.run import Attempt, failed
from engine.view.records import StepRecord
from tests.tui.recorded import RECORDED, STEPS, at, incident
from tests.tui.world import NOW, SKIP
from tui.bundle.recording import read_bundle


def test_whatever_a_record_of_the_third_version_told_is_still_told() -> None:
    planned, held, settled, ended = read_bundle(RECORDED).feed.records[-4:]
    outcome = failed("connection refused", answer=b"no\xff")
    assert planned == StepRecord(63, at(STEPS - 1) - 0.3, Step.PLANNED, "s1", 400, range(3), 0, (SKIP,))
    assert (held.step, held.indices, held.member) == (Step.HELD, range(1), None)
    assert (settled.outcome, settled.took_s) == (outcome, 0.002)
    assert ended.attempts == (Attempt(0, NOW, outcome, is_last_resort=True),)
    events = [read_bundle(RECORDED).feed.by_seq()[400].event(index) for index in range(3)]
    assert [one.values for one in events] == [[None, -1], ["caf\udce9", 2], ["x", 3]]


def test_a_bundle_of_the_third_version_is_still_opened() -> None:
    old, now = read_bundle(RECORDED), incident()
    assert [one.at for one in old.past] == [at(step) for step in (6, 8, 10, 12, STEPS - 2, STEPS - 1)]
    assert all(one == now.past[step] for one, step in zip(old.past, (6, 8, 10, 12, -2, -1), strict=True))
    assert old.feed.records[:6] == now.feed.records[20:26]
    for name in ("configuration", "audit", "described", "inspected", "charts"):
        assert getattr(old, name) == getattr(now, name), name
    assert [one.text for one in old.log] == [one.text for one in now.log]
    assert old.left_out["snapshots"] == 25
