"""The feed: it runs along, stands still, and selects."""

from __future__ import annotations

import pytest

from engine.feed import Step
from tests.tui.anywhere import answering
from tests.tui.hosts import hosted, seen
from tests.tui.pilots import console, line_of
from tests.tui.world import AOR, CDR, NOW, PIKE, batch, delivered, page, record, story_of_pike
from tui.model.deliveries import Deliveries
from tui.model.feed_choice import FeedChoice
from tui.screens.views.inspector import InspectorScreen
from tui.widgets.feed import FeedView


async def test_a_click_in_the_feed_selects_the_delivery_under_it() -> None:
    async with console(answering()) as shown:
        feed = shown.dashboard.query_one(FeedView)
        await shown.until(lambda: feed.line_count() == 3, "the deliveries")
        at = (5, line_of(shown, FeedView, "E_ACC_CDR"))
        await shown.pilot.click(FeedView, offset=at)
        await shown.until(lambda: feed.selected and feed.selected.event.name == "E_ACC_CDR", "the delivery")
        await shown.pilot.click(FeedView, offset=at)
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")


def told(count: int) -> Deliveries:
    """So many deliveries of one subscription, each with its own event."""
    deliveries = Deliveries()
    for number in range(count):
        one = batch("E_ACC_CDR", 100 + number, {"n": number}, at=NOW - count + number)
        deliveries.fold(page(delivered(1 + 2 * number, "s2", one, 0, 0.001)), 1.0)
    return deliveries


def numbers(feed: FeedView) -> list[str]:
    """The events in view, as they stand there."""
    return [word for line in seen(feed) for word in line.split() if word.startswith("n=")]


async def test_it_runs_along_with_the_newest_first_or_last() -> None:
    feed = FeedView()
    async with hosted(feed, size=(140, 6)) as shown:
        feed.show(told(20), (CDR,), 0.0)
        await shown.pilot.pause()
        assert numbers(feed)[:3] == ["n=19", "n=18", "n=17"]
        feed.turn_round()
        assert numbers(feed)[-3:] == ["n=17", "n=18", "n=19"]
        feed.show(told(21), (CDR,), 0.0)
        assert numbers(feed)[-1] == "n=20"
        assert feed.unseen == 0


@pytest.mark.parametrize("way", ["frozen", "selected", "scrolled"])
async def test_it_stands_still_and_counts_what_came(way: str) -> None:
    feed = FeedView()
    async with hosted(feed, size=(140, 6)) as shown:
        feed.focus()
        feed.show(told(20), (CDR,), 0.0)
        await shown.pilot.pause()
        match way:
            case "frozen":
                feed.is_frozen = True
            case "selected":
                await shown.press("down")
            case _:
                feed.scroll_to(y=4, animate=False, immediate=True)
        before = numbers(feed)
        feed.show(told(25), (CDR,), 0.0)
        assert not feed.is_running
        assert numbers(feed) == before
        assert feed.unseen == 5


async def test_the_cursor_leaves_beyond_the_newest_and_it_runs_again() -> None:
    feed = FeedView()
    async with hosted(feed, size=(140, 6)) as shown:
        feed.focus()
        feed.show(told(20), (CDR,), 0.0)
        await shown.press("down", "down")
        assert feed.selected is not None
        assert feed.selected.event.params == (("n", 18),)
        await shown.press("up", "up")
        assert feed.is_running
        await shown.press("end")
        assert not feed.is_running, "the cursor is at the oldest"
        assert feed.selected.event.params == (("n", 0),)
        await shown.press("escape")
        assert feed.is_running


async def test_a_choice_shows_others_of_those_that_are_there_also_while_it_stands_still() -> None:
    feed = FeedView()
    async with hosted(feed, size=(100, 12)):
        deliveries = Deliveries()
        deliveries.fold(page(story_of_pike()), 1.0)
        feed.show(deliveries, (PIKE, CDR, AOR), 0.0)
        assert feed.line_count() == 3
        feed.is_frozen = True
        feed.choose(FeedChoice(subscription="s1"))
        assert [line.story.subscription for line in (feed.selected,) if line] == ["s1"]
        assert feed.line_count() == 1
        feed.choose(FeedChoice())
        assert feed.line_count() == 3


async def test_a_held_event_is_drawn_anew_each_second() -> None:
    feed = FeedView()
    async with hosted(feed, size=(100, 12)):
        deliveries = Deliveries()
        held = batch("E_PIKE_BLOCKED", 1, {}, at=NOW - 9)
        deliveries.fold(page([record(1, Step.HELD, "s1", held)]), 1.0)
        feed.show(deliveries, (PIKE,), 0.0, NOW)
        first = seen(feed)[0]
        feed.show(deliveries, (PIKE,), 0.0, NOW + 0.4)
        assert seen(feed)[0] == first
        feed.show(deliveries, (PIKE,), 0.0, NOW + 3)
        assert seen(feed)[0] != first


async def test_with_the_newest_last_it_goes_on_when_there_is_no_more_room() -> None:
    feed = FeedView()
    async with hosted(feed, size=(140, 6)) as shown:
        feed.turn_round()
        for count in range(1, 12):
            feed.show(told(count), (CDR,), 0.0)
            await shown.pilot.pause()
            assert feed.is_running
            assert numbers(feed)[-1] == f"n={count - 1}"
        await shown.pilot.resize_terminal(140, 4)
        await shown.pilot.pause()
        assert feed.is_running
        assert numbers(feed)[-1] == "n=10"
