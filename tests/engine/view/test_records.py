"""What leaves the engine of its feed: each batch once, immutable whatever becomes of the engine's own."""

from __future__ import annotations

import pytest

from engine.config.model import Settings
from engine.core import Engine
from engine.event import Event
from engine.feed import Entry, Feed, Step
from engine.run import DELIVERED, Batch, failed, part_of
from engine.slices import at_once
from engine.view.records import FeedPage, page_of


def batch(count: int, first_seq: int = 1) -> Batch:
    return Batch("E", [Event("E", (("n", number),)) for number in range(count)], first_seq, 5.0, "MI")


def fed(*told: tuple[Step, Batch]) -> Feed:
    feed = Feed()
    for step, of in told:
        feed.add(0.0, "s", Entry(step, of, range(len(of)), 0))
    return feed


def test_each_batch_is_told_once_whatever_number_of_records_tell_of_it() -> None:
    one, other = batch(2), batch(1, first_seq=3)
    page = at_once(page_of(fed((Step.PLANNED, one), (Step.PLANNED, other), (Step.SETTLED, one)).since(0)))
    assert [(record.number, record.first_seq) for record in page.records] == [(1, 1), (2, 3), (3, 1)]
    assert [(of.first_seq, of.raised_at, of.source) for of in page.batches] == [(1, 5.0, "MI"), (3, 5.0, "MI")]
    assert page.by_seq()[1].event(1) == Event("E", (("n", 1),))


@pytest.mark.parametrize("is_whole_first", [True, False])
def test_a_part_that_begins_with_the_same_event_is_told_with_the_events_of_the_whole(is_whole_first: bool) -> None:
    whole = batch(10)
    both = [(Step.HELD, whole), (Step.HELD, part_of(whole, range(3)))]
    page = at_once(page_of(fed(*(both if is_whole_first else reversed(both))).since(0)))
    assert [len(of.params) for of in page.batches] == [10]
    assert {len(record.indices) for record in page.records} == {3, 10}


def test_what_was_told_stays_when_the_batch_lets_its_events_go() -> None:
    of = batch(3)
    page = at_once(page_of(fed((Step.HELD, of)).since(0)))
    before = page.batches[0].params
    of.pack()
    assert page.batches[0].params == before == ((("n", 0),), (("n", 1),), (("n", 2),))
    assert at_once(page_of(fed((Step.HELD, of)).since(0))) == page
    with pytest.raises(AttributeError):
        page.batches[0].params = ()  # type: ignore[misc]


def test_others_come_between_any_two_records() -> None:
    steps = page_of(fed(*[(Step.PLANNED, batch(1, number)) for number in range(1, 6)]).since(0))
    assert sum(1 for _ in steps) == 5


async def test_an_engine_tells_its_feed_in_values() -> None:
    engine = Engine(Settings(events=("E",)))
    engine.feed.add(0.0, "s", Entry(Step.PLANNED, batch(2), range(2), 0))
    page = await engine.read_feed(0)
    assert isinstance(page, FeedPage)
    assert page == at_once(page_of(engine.feed.since(0)))
    assert await engine.read_feed(2) == FeedPage()
    await engine.stop()


def test_a_page_tells_what_its_feed_would() -> None:
    feed, of = Feed(), batch(1)
    for number in range(1, 21):
        outcome = failed("refused") if number in {3, 5, 18} else DELIVERED
        feed.add(0.0, "s", Entry(Step.SETTLED, of, range(1), 0, outcome=outcome))
    page = at_once(page_of(feed.since(0)))
    for since, limit in [(0, 5), (4, 5), (4, 100), (19, 5), (21, 5), (0, 0)]:
        told = [record.number for record in feed.since(since, limit)]
        assert [record.number for record in page.since(since, limit).records] == told, (since, limit)
    assert [record.number for record in page.before(4).records] == [1, 2, 3]
    assert page.before(1).records == ()
    assert [record.number for record in page.records if record.is_about("s", 1)] == list(range(1, 21))
    assert not any(record.is_about("s", 2) or record.is_about("t", 1) for record in page.records)
