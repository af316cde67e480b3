"""How the console is opened, and how it is seen to have been left."""

from __future__ import annotations

import pytest

from tests.tui.anywhere import answering
from tests.tui.pilots import console
from tui.app.restore import go_to, screen_names


def test_one_can_start_on_every_screen_that_an_action_shows() -> None:
    assert sorted(screen_names()) == ["audit", "charts", "feed", "log", "stage", "subscriptions"]


@pytest.mark.parametrize("screen", screen_names())
async def test_a_screen_that_was_left_is_the_one_that_is_opened(screen: str) -> None:
    async with console(answering()) as shown:
        assert await go_to(shown.app, shown.dashboard, screen) == []
        await shown.pilot.pause()
        await shown.press("f1")
        await shown.app.action_quit()
        assert shown.app.remembered.screen == ("" if screen == "subscriptions" else screen)


@pytest.mark.parametrize("keys", [("3", "3"), ("5", "1"), ("A", "escape"), ("4", "w"), ()])
async def test_a_screen_that_was_closed_before_is_not_the_one_that_was_left(keys: tuple[str, ...]) -> None:
    async with console(answering()) as shown:
        await shown.press(*keys, "f1")
        await shown.app.action_quit()
        assert shown.app.remembered.screen == ""


async def test_a_screen_that_there_is_not_is_said() -> None:
    async with console() as shown:
        (trouble,) = await go_to(shown.app, shown.dashboard, "cellar")
        assert trouble.startswith("there is no screen 'cellar'; there are subscriptions, feed")
