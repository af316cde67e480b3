"""What the screens beside the dashboard have in common: only the one that is shown asks and draws."""

from __future__ import annotations

import pytest
from tui.screens.views.live_view import WatchingScreen

from tests.tui.anywhere import PLACES, answering, go, settle
from tests.tui.pilots import console

WATCHING = [place for place, (_, screen) in PLACES.items() if issubclass(screen, WatchingScreen)]


@pytest.mark.parametrize("place", WATCHING)
async def test_it_asks_while_it_is_shown_and_not_while_it_is_covered(place: str) -> None:
    link = answering()
    async with console(link, (120, 32)) as shown:
        await go(shown, place)
        screen = shown.app.screen
        await settle(shown, link)
        await shown.press("question_mark")
        await shown.pilot.pause()
        before = link.asked
        for _ in range(20):
            screen._beat()  # type: ignore[attr-defined]
        await shown.pilot.pause()
        assert link.asked == before
        await shown.press("escape")
        assert shown.app.screen is screen
        await shown.until(lambda: link.asked > before, "it asks at once for what was missed")


@pytest.mark.parametrize("place", WATCHING)
async def test_the_way_to_the_feed_and_to_the_dashboard_is_the_same_everywhere(place: str) -> None:
    async with console(answering(), (120, 32)) as shown:
        await go(shown, place)
        await shown.press("2")
        await shown.until(lambda: shown.dashboard.query_one("#feed").has_focus, "the feed")
        assert shown.app.screen is shown.dashboard
