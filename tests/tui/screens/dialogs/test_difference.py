"""Asking before a change, with the difference shown."""

from __future__ import annotations

import pytest

from tests.tui.hosts import hosted, said
from tui.screens.dialogs.difference import DifferenceScreen
from tui.widgets.lines import Lines

DIFF = ["  event E_A", "- tcp:h:1", "+ tcp:h:2"]


@pytest.mark.parametrize(("key", "answer"), [("y", True), ("n", False), ("escape", False), ("enter", False)])
async def test_the_difference_is_shown_and_only_a_clear_yes_changes(key: str, answer: bool) -> None:
    async with hosted() as shown:
        results = await shown.opens(DifferenceScreen("Change it?", DIFF, "Apply", "2 passwords"))
        assert said(shown.app.screen.query_one("#difference", Lines)) == DIFF
        assert "2 passwords" in [str(one.render()) for one in shown.app.screen.query("Static")]
        await shown.press(key)
        assert results == [answer]


async def test_a_long_difference_scrolls_and_can_be_answered() -> None:
    async with hosted(size=(80, 20)) as shown:
        results = await shown.opens(DifferenceScreen("Change it?", ["+ x"] * 200, "Apply"))
        await shown.press("y")
        assert results == [True]
