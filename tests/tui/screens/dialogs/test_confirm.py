"""Asking before something that cannot be taken back."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from tests.tui.hosts import hosted
from tui.screens.dialogs.confirm import ConfirmScreen


@pytest.mark.parametrize(
    ("keys", "answer"),
    [(("y",), True), (("n",), False), (("escape",), False), (("enter",), False), (("tab", "enter"), True)],
)
async def test_only_a_clear_yes_is_one(keys: tuple[str, ...], answer: bool) -> None:
    async with hosted() as shown:
        results = await shown.opens(ConfirmScreen("Remove [it]?", "5 of [them]", "Remove"))
        texts = [str(one.render()) for one in shown.app.screen.query("Static") if not isinstance(one, Button)]
        assert texts == ["Remove [it]?", "5 of [them]"]
        await shown.press(*keys)
        assert results == [answer]


async def test_the_buttons_do_the_same_by_mouse() -> None:
    async with hosted() as shown:
        for name, answer in (("#yes", True), ("#no", False)):
            results = await shown.opens(ConfirmScreen("Remove it?", "", "Remove"))
            await shown.pilot.click(name)
            await shown.pilot.pause()
            assert results == [answer]
