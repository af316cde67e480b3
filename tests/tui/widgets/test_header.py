"""The header line of a running console."""

from __future__ import annotations

from engine.options import Colour
from tests.tui.anywhere import answering
from tests.tui.hosts import hosted
from tests.tui.pilots import console
from tests.tui.world import AOR, CDR, PIKE, pumped, snapshot
from tui.screens.views.charts import ChartsScreen
from tui.widgets.header import HeaderLine
from tui.widgets.subscriptions import SubscriptionsView


async def test_a_click_on_the_header_goes_to_the_next_problem_and_back_from_other_screens() -> None:
    async with console(answering()) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.pilot.click(HeaderLine)
        await shown.until(lambda: view.selected == (PIKE, PIKE.members[0]), "the failed member")
        await shown.press("3")
        assert isinstance(shown.app.screen, ChartsScreen)
        await shown.pilot.click(HeaderLine)
        await shown.until(lambda: shown.app.screen is shown.dashboard, "the dashboard")


async def test_the_line_is_made_for_the_width_and_wears_the_engines_colour() -> None:
    pump, link, _ = pumped()
    link.answer = snapshot(PIKE, CDR, AOR, colour=Colour.RED)
    header = HeaderLine(pump, lambda: ("FROZEN",))
    async with hosted(header, size=(120, 5)) as shown:
        header.show()
        assert "waiting" in header.render_line(0).text.lower()
        await pump.ask()
        header.show()
        wide = header.render_line(0).text
        assert "LAB" in wide
        assert "FROZEN" in wide
        assert header.has_class("-red")
        await shown.pilot.resize_terminal(40, 5)
        await shown.pilot.pause()
        assert len(header.render_line(0).text) == 40
        link.answer = snapshot(PIKE, colour=None)
        await pump.ask()
        header.show()
        assert not header.has_class("-red")
