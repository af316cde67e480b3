"""Charts as a view: they fill their room, and are drawn anew when it changes."""

from __future__ import annotations

from tests.tui.hosts import hosted, seen
from tests.tui.world import WALL
from tui.render.chart import Chart, Series, Span
from tui.render.figures import rate
from tui.widgets.charts import ChartsView

SPAN = Span(60, 60, WALL)
CHARTS = [Chart(name, [Series("all", [1.0, 2.0, 3.0] * 20, "good")], rate) for name in ("deliveries", "failures")]


async def test_charts_fill_the_view_at_each_size() -> None:
    view = ChartsView()
    async with hosted(view, size=(120, 20)) as shown:
        view.show(CHARTS, SPAN)
        lines = seen(view)
        assert "deliveries" in lines[0]
        assert "failures" in lines[0], "side by side where there is room"
        await shown.pilot.resize_terminal(60, 30)
        await shown.pilot.pause()
        lines = seen(view)
        assert "deliveries" in lines[0]
        assert "failures" not in lines[0]
        assert any("failures" in line for line in lines), "one below the other"
        assert view.line_count() <= view.scrollable_content_region.height


async def test_without_charts_there_is_nothing() -> None:
    view = ChartsView()
    async with hosted(view):
        view.show((), SPAN)
        assert view.line_count() == 0


async def test_a_terminal_without_other_signs_gets_ascii() -> None:
    view = ChartsView()
    async with hosted(view, size=(60, 20)) as shown:
        shown.app.add_class("-ascii")
        view.show(CHARTS[:1], SPAN)
        title = seen(view)[0]
        assert " . all" in title
        assert "⠒" not in title
        assert all(sign < "⠀" or sign > "⣿" for line in seen(view) for sign in line)
