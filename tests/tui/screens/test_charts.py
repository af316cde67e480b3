"""Charts, by their keys."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.pilots import Console, console
from tests.tui.world import NOW, PIKE, FakeLink, snapshot
from tui.screens.charts import ChartsScreen
from tui.widgets.charts import ChartsView


def view(shown: Console) -> ChartsView:
    assert isinstance(shown.app.screen, ChartsScreen)
    return shown.app.screen.query_one(ChartsView)


def title(shown: Console) -> str:
    return str(view(shown).border_title)


def seen(shown: Console) -> str:
    return "\n".join(view(shown).render_line(y).text for y in range(view(shown).line_count()))


async def test_3_shows_charts_and_goes_back() -> None:
    link = FakeLink()
    async with console(link) as shown:
        await shown.press("3")
        assert "nothing is known yet" in title(shown)
        link.answer = replace(link.answer, at=NOW + 2)
        await shown.until(lambda: "deliveries a second" in seen(shown), "the charts")
        assert title(shown) == "Charts · all subscriptions · 5 min"
        await shown.press("3")
        assert shown.app.screen is shown.dashboard
        await shown.press("3", "escape")
        assert shown.app.screen is shown.dashboard


async def test_spans_and_subscriptions() -> None:
    link = FakeLink(snapshot(PIKE))
    async with console(link) as shown:
        link.answer = snapshot(PIKE, at=NOW + 2)
        await shown.press("3", "right_square_bracket")
        assert title(shown).startswith("Charts · E_PIKE_BLOCKED FAILOVER · 5 min")
        await shown.until(lambda: "half of all below 2.1 ms" in seen(shown), "the charts")
        await shown.press("T")
        assert title(shown).startswith("Charts · E_PIKE_BLOCKED FAILOVER · 1 h")
        await shown.press("left_square_bracket")
        assert title(shown).startswith("Charts · all subscriptions · 1 h")
        await shown.press("left_square_bracket")
        link.answer = snapshot(at=NOW + 4)
        await shown.until(lambda: title(shown).startswith("Charts · all subscriptions"), "the end of the subscription")
