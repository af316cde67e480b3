"""The time slider: keys and clicks ask for a moment, and it moves nothing itself."""

from __future__ import annotations

import pytest

from tests.tui.hosts import hosted, seen
from tests.tui.recorded import FAILS_AT, STEPS, incident
from tui.bundle.link import RecordedLink
from tui.render.timeline import BAR_AT, bar_width
from tui.widgets.timeline import TimelineView


@pytest.mark.parametrize(
    ("key", "wanted"), [("left", 11), ("right", 13), ("home", 12 - 1_000_000), ("G", 12 + 1_000_000)]
)
async def test_keys_ask_for_another_moment(key: str, wanted: int) -> None:
    link = RecordedLink(incident())
    link.go_to(12)
    view = TimelineView(link)
    async with hosted(view, size=(100, 5)) as shown:
        view.focus()
        await shown.press(key)
        assert (await shown.hears(TimelineView.Wanted)).position == wanted
        assert link.position == 12


async def test_a_click_asks_for_the_moment_under_it() -> None:
    view = TimelineView(RecordedLink(incident()))
    async with hosted(view, size=(100, 5)) as shown:
        await shown.click(view, BAR_AT, 0)
        assert (await shown.hears(TimelineView.Wanted)).position == 0
        await shown.click(view, BAR_AT + bar_width(100) - 1, 0)
        assert (await shown.hears(TimelineView.Wanted, 2)).position == STEPS - 1


async def test_the_bar_shows_where_it_stands_and_where_a_member_failed() -> None:
    link = RecordedLink(incident())
    view = TimelineView(link)
    async with hosted(view, size=(100, 5)):
        view.repaint()
        failed, here = seen(view)[0].index("✖"), seen(view)[0].index("●")
        assert failed < here
        link.go_to(FAILS_AT - 1)
        view.repaint()
        assert seen(view)[0].index("●") < failed
