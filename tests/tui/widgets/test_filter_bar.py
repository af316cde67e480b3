"""The line in which a filter is typed."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.hosts import hosted, said
from tui.model.filters import FEED_WORDS, Filter, parse_filter
from tui.widgets.filter_bar import FilterBar
from tui.widgets.lines import Lines


def hint(bar: FilterBar) -> str:
    (line,) = said(bar.query_one("#filter-said", Lines))
    return line


async def test_what_is_typed_applies_at_once() -> None:
    bar = FilterBar()
    async with hosted(bar) as shown:
        bar.open("feed", "")
        await shown.type("pike")
        changed = await shown.hears(FilterBar.Changed, 4)
        assert (changed.part, changed.filter) == ("feed", parse_filter("pike", FEED_WORDS))
        await shown.press("enter")
        assert (await shown.hears(FilterBar.Closed)).part == "feed"
        assert not bar.display


async def test_what_cannot_be_understood_is_said_and_changes_nothing() -> None:
    bar = FilterBar()
    async with hosted(bar) as shown:
        bar.open("subscriptions", "")
        bar.query_one(Input).value = "stat:failed"
        await shown.pilot.pause()
        assert hint(bar).startswith("✖ column 1: unknown key 'stat'")
        await shown.press("enter")
        assert bar.display, "it stays until it can be understood"
        assert not shown.heard(FilterBar.Changed)
        bar.query_one(Input).value = "state:failed"
        await shown.hears(FilterBar.Changed)
        assert hint(bar).startswith("event: state:")


async def test_escape_takes_the_filter_off() -> None:
    bar = FilterBar()
    async with hosted(bar) as shown:
        bar.open("feed", "state:sent")
        assert bar.query_one(Input).value == "state:sent"
        await shown.press("escape")
        assert (await shown.hears(FilterBar.Changed)).filter == Filter()
        await shown.hears(FilterBar.Closed)
        assert not bar.display
