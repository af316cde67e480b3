"""The feed: append-only, bounded by events and by records, read by number."""

from __future__ import annotations

from engine.event import Event
from engine.feed import FAILURES_MAX, Entry, Feed, Step
from engine.run import DELIVERED, Batch, failed


def add(feed: Feed, size: int, step: Step = Step.PLANNED) -> None:
    batch = Batch("E_X", [Event("E_X")] * size, 1, 0.0, "test")
    feed.add(0.0, "s", Entry(step, batch, range(size), 0))


def test_records_are_read_since_a_number_oldest_first() -> None:
    feed = Feed()
    for _ in range(5):
        add(feed, 1)
    assert feed.next_number == 6
    assert [record.number for record in feed.since(3)] == [3, 4, 5]
    assert [record.number for record in feed.since(0, limit=2)] == [4, 5]
    assert feed.since(6) == ()


def test_the_oldest_go_when_more_events_are_told_of_than_it_holds() -> None:
    feed = Feed(capacity=1000)
    for _ in range(10):
        add(feed, 300)
    assert [record.number for record in feed.since(0)] == [8, 9, 10]
    assert feed.dropped == 7


def test_settled_records_count_for_their_plan_but_are_bounded_too() -> None:
    feed = Feed(capacity=100)
    add(feed, 50)
    for _ in range(10):
        add(feed, 50, Step.SETTLED)
    assert len(feed.since(0)) == 11, "one delivery has several records"
    for _ in range(5000):
        add(feed, 1, Step.SETTLED)
    assert len(feed.since(0, limit=100_000)) <= 1000


def test_a_batch_larger_than_the_feed_is_told_of_all_the_same() -> None:
    feed = Feed(capacity=10)
    add(feed, 512)
    assert len(feed.since(0)) == 1


def test_deliveries_that_end_without_a_plan_are_bounded_too() -> None:
    feed = Feed(capacity=100)
    for _ in range(50):
        add(feed, 100, Step.ENDED)
    assert sum(len(record.indices) for record in feed.since(0)) == 10 * 100
    assert feed.dropped == 40


def test_the_records_of_one_event_for_one_subscription_are_found() -> None:
    feed = Feed()
    for first_seq in (1, 4):
        batch = Batch("E_X", [Event("E_X")] * 3, first_seq, 0.0, "test")
        feed.add(0.0, "s", Entry(Step.PLANNED, batch, range(3), 0))
        feed.add(0.0, "other", Entry(Step.PLANNED, batch, range(3), 0))
        feed.add(0.0, "s", Entry(Step.SETTLED, batch, range(0, 3, 2), 0))
    assert [record.number for record in feed.about("s", 4)] == [4, 6]
    assert [record.number for record in feed.about("s", 5)] == [4]
    assert feed.about("s", 7) == ()


def end(feed: Feed, *, is_failure: bool) -> None:
    batch = Batch("E_X", [Event("E_X")], 1, 0.0, "test")
    outcome = failed("refused") if is_failure else DELIVERED
    feed.add(0.0, "s", Entry(Step.SETTLED, batch, range(1), 0, outcome=outcome))


def test_failures_are_told_even_where_more_happened_than_is_asked_for() -> None:
    feed = Feed()
    for number in range(1, 1_001):
        end(feed, is_failure=number in {10, 500, 995})
    assert [record.number for record in feed.since(100, limit=5)] == [500, 995, 996, 997, 998, 999, 1_000]
    assert [record.number for record in feed.since(1, limit=6)] == [10, 500, 995, 996, 997, 998, 999, 1_000]
    assert [record.number for record in feed.since(998, limit=6)] == [998, 999, 1_000]


def test_failures_that_are_told_and_kept_are_bounded() -> None:
    feed = Feed(capacity=100)
    for _ in range(5_000):
        end(feed, is_failure=True)
    assert len(feed._failures) == len(feed._records) == 1_000
    told = [record.number for record in feed.since(1, limit=10)]
    assert told == list(range(5_001 - 10 - FAILURES_MAX, 5_001))
