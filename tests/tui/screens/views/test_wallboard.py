"""The wallboard: opened by a key, fresh while it is shown."""

from __future__ import annotations

from tests.tui.pilots import console
from tests.tui.world import CDR, FakeLink, snapshot
from tui.screens.dashboard.screen import DashboardScreen
from tui.screens.views.wallboard import WallboardScreen
from tui.widgets.picture import PictureView


async def test_w_opens_the_wallboard_which_stays_fresh_and_esc_leaves_it() -> None:
    link = FakeLink()
    async with console(link) as shown:
        await shown.press("w")
        assert isinstance(shown.app.screen, WallboardScreen)
        wall = shown.app.screen.query_one(PictureView)
        await shown.until(lambda: "MISS A MEMBER" in wall.render_line(1).text, "the verdict")
        link.answer = snapshot(CDR)
        await shown.until(lambda: "EVERYTHING IS BEING DELIVERED" in wall.render_line(1).text, "fresh data")
        await shown.press("escape")
        assert isinstance(shown.app.screen, DashboardScreen)


async def test_w_leads_to_the_wallboard_from_every_screen_and_back() -> None:
    async with console() as shown:
        for key in ("3", "4", "5"):
            await shown.press(key, "w")
            assert isinstance(shown.app.screen, WallboardScreen)
            await shown.press("w")
            assert shown.app.screen is shown.dashboard
