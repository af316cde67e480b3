"""No screen raises when members, subscriptions or the link vanish under it, and each goes on to answer."""

from __future__ import annotations

from itertools import product

import pytest

from tests.tui.anywhere import PLACES, VANISHINGS, answering, go, settle, vanish
from tests.tui.pilots import Console, console
from tests.tui.world import CDR, PIKE, FakeLink, snapshot
from tui.screens.dashboard.screen import DashboardScreen

LEAVE = {"quit", "command_palette", "lock", "export"}
"""Not pressed here: they end the console or go elsewhere, and have tests of their own."""


def keys_of(shown: Console) -> list[str]:
    """A key of each thing that the screen can do."""
    keys: dict[str, str] = {}
    for one in shown.app.screen.active_bindings.values():
        if one.binding.action.rpartition(".")[2] not in LEAVE:
            keys.setdefault(one.binding.action, one.binding.key)
    return list(keys.values())


async def press_everything(shown: Console) -> None:
    """Press each key of the screen; what one opens is left again."""
    origin = shown.app.screen
    for key in keys_of(shown):
        if shown.app.screen is origin or key not in {"escape", "1"}:
            await shown.press(key)
        while origin in shown.app.screen_stack and shown.app.screen is not origin:
            await shown.press("escape")


async def back(shown: Console) -> None:
    """Go back to the dashboard, whatever is shown."""
    for _ in range(6):
        if isinstance(shown.app.screen, DashboardScreen):
            return
        await shown.press("escape")
    assert isinstance(shown.app.screen, DashboardScreen), shown.app.screen


ANOTHER_ENGINE = [(place, "engine") for place in ("dashboard", "feed", "charts", "stage", "log", "inspected delivery")]


@pytest.mark.parametrize(("place", "what"), [*product(PLACES, VANISHINGS), *ANOTHER_ENGINE])
async def test_it_survives_and_answers(place: str, what: str) -> None:
    link = answering()
    async with console(link, (120, 32)) as shown:
        await go(shown, place)
        vanish(link, what)
        await settle(shown, link)
        await press_everything(shown)
        await back(shown)
        link.failure = None
        link.answer = snapshot(PIKE, CDR)
        await settle(shown, link)
        await answers(shown, link)


async def answers(shown: Console, link: FakeLink) -> None:
    """The console still does what a key says."""
    await shown.press("escape", "1")
    before = {one.identity for one in shown.app._notifications}
    await shown.press("s")
    await shown.until(lambda: {one.identity for one in shown.app._notifications} - before, "an answer")
    assert "E_ACC_CDR" in shown.text() or "E_PIKE" in shown.text()
    assert not shown.app.breakages
    assert link.failure is None
