"""One event on its way to being raised many times."""

from __future__ import annotations

from engine.commands.event_series import Series
from engine.event import Event


def test_it_runs_until_all_are_raised_or_it_is_stopped_or_fails() -> None:
    assert Series(Event("E_A"), 3, None).is_running
    assert not Series(Event("E_A"), 3, None, raised=3).is_running
    assert not Series(Event("E_A"), 3, None, is_stopped=True).is_running
    assert not Series(Event("E_A"), 3, None, failure="the engine is stopping").is_running


def test_progress_is_ready_for_json() -> None:
    told = Series(Event("E_A"), 3, 2.5, raised=1).progress()
    assert told == {"event": "E_A", "count": 3, "raised": 1, "running": True, "failure": ""}
