"""The collector in a console: it looks seldom, and not at what the console is made of."""

from __future__ import annotations

import pytest

import tui.app.application
from tests.support.waiting import until
from tests.tui.world import FakeLink
from tui.app.application import SwitchboardApp


@pytest.mark.parametrize("is_headless", [False, True])
async def test_what_the_console_is_made_of_is_left_alone_once_it_stands_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, is_headless: bool
) -> None:
    steadied: list[bool] = []
    monkeypatch.setattr(SwitchboardApp, "is_headless", property(lambda _: is_headless))
    monkeypatch.setattr(tui.app.application, "steady_heap", lambda: steadied.append(app.dashboard.is_attached))
    app = SwitchboardApp(FakeLink())
    async with app.run_test() as pilot:
        await until(lambda: app.pump.snapshot is not None, "the first answer")
        await pilot.pause()
        assert steadied == ([] if is_headless else [True])
