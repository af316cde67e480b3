"""Collecting an incident from an engine: all that can be had, without holding the console up."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from engine.view.answers import Trail
from engine.view.records import FeedPage
from tests.tui.recorded import AUDIT
from tests.tui.world import NOW, PIKE, FakeLink, snapshot
from tui.bundle.collector import collect
from tui.model.pump import Pump
from tui.model.time_series import History


async def test_a_bundle_that_cannot_be_made_is_said() -> None:
    class Silent(FakeLink):
        async def feed(self, since: int, limit: int = 1_000) -> FeedPage:
            raise RuntimeError("gone")

    link = Silent()
    link.answers = {"audit": AUDIT, "configuration": {}}
    incident_of = await collect(link, Pump(link), link.answer, None)
    assert incident_of == (None, "gone")
    link.answers = {}
    assert "no answer to configuration" in (await collect(link, Pump(link), link.answer, None)).failure


async def test_the_console_s_loop_goes_on_while_the_charts_are_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def levels(self: History) -> dict[str, Any]:
        threads.append((threading.current_thread(), self))
        return {}

    monkeypatch.setattr(History, "levels", levels)
    link = FakeLink()
    link.answers = {"audit": AUDIT, "configuration": {}}
    pump = Pump(link)
    assert (await collect(link, pump, link.answer, None)).recording is not None
    assert threads
    assert all(thread is not threading.main_thread() for thread, _ in threads)
    assert all(history is not pump.history for _, history in threads), "the history goes on meanwhile"


async def test_what_came_while_the_operator_chose_is_not_in_the_charts() -> None:
    link = FakeLink()
    link.answers = {"configuration": {}, "audit": Trail(), "log_since": ()}
    pump = Pump(link)
    for second in range(60):
        pump.history.note(snapshot(PIKE, at=NOW - 40 + second))
    made = (await collect(link, pump, link.answer, None)).recording  # which was taken at NOW
    assert made is not None
    assert {len(levels[0]) for levels in made.charts.values()} == {40}
