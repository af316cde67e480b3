"""What is kept is bounded in bytes, and not only in number: big events, counted where they stay."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest

from engine.address import parse
from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import Settings
from engine.core import Engine
from engine.event import Event
from engine.feed import Entry, Feed, Step
from engine.lanes.failover import FailoverLane
from engine.lanes.parallel import ParallelLane
from engine.member import WINDOW_BYTES
from engine.run import SENT, Batch, failed
from engine.sizes import LONG_TEXT
from engine.view.answers import DeliveryInspection
from tests.support.events import MIB, big
from tests.support.lanes import LaneBench
from tests.support.waiting import until


def batch_of(*events: Event, first: int = 1) -> Batch:
    return Batch("E_BIG", events, first, 0.0, "test")


def test_the_feed_keeps_big_events_cut() -> None:
    gc.collect()
    tracemalloc.start()
    try:
        feed = Feed()
        for number in range(100):
            batch = batch_of(big(number), first=number + 1)
            feed.add(0.0, "s", Entry(Step.PLANNED, batch, range(1)))
            feed.add(0.0, "s", Entry(Step.SETTLED, batch, range(1), 0, outcome=SENT))
        del batch
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2 * MIB, "of a hundred events of a megabyte each"
    assert feed.dropped == 0
    first, second = feed.about("s", 1)
    assert first.batch is second.batch
    assert first.batch.events[0].values[0] == 0


def test_the_feed_keeps_no_more_bytes_than_it_may() -> None:
    feed = Feed(bytes_max=MIB)
    for number in range(1_000):
        events = [Event("E_BIG", (("text", f"{number}-{one}" * 300),)) for one in range(10)]
        feed.add(0.0, "s", Entry(Step.PLANNED, batch_of(*events, first=10 * number + 1), range(10)))
        assert feed.size <= MIB
    assert feed.dropped > 900
    assert feed.since(0)[-1].number == 1_000


def test_a_batch_counts_once_however_many_records_tell_of_it() -> None:
    feed = Feed()
    batch = batch_of(*(Event("E_BIG", (("text", "y" * 2_000),)) for _ in range(20)))
    feed.add(0.0, "first", Entry(Step.PLANNED, batch, range(20)))
    alone = feed.size
    for number in range(50):
        feed.add(0.0, f"{number}", Entry(Step.PLANNED, batch, range(20)))
    assert feed.size < alone + 51 * 500
    for number in range(10_000):
        feed.add(0.0, "later", Entry(Step.PLANNED, batch_of(Event("E_BIG"), first=100 + number), range(1)))
    assert batch.feed_records == 0
    assert feed.size == sum(400 + one.batch.size for one in feed._records)  # nothing else shows what is counted


@pytest.mark.parametrize("answer", [b"x" * 4_096, None])
def test_answers_and_attempts_count(answer: bytes | None) -> None:
    feed = Feed()
    feed.add(0.0, "s", Entry(Step.SETTLED, batch_of(Event("E_BIG")), range(1), 0, outcome=failed("no", answer=answer)))
    assert (feed.size > 4_096) is (answer is not None)


async def test_the_inspector_says_what_was_cut() -> None:
    engine = Engine(Settings(stop_timeout=0.1))
    await engine.start()
    subscription = engine.subscribe("E_BIG", parse("udp:127.0.0.1:9"), None)
    engine.raise_event(big(1), "test")
    await until(lambda: engine.feed.about(subscription.id, 1), "the plan; one turn may have no time for it")
    told: DeliveryInspection = await execute(Context(engine), "inspect_delivery", subscription=subscription.id, seq=1)
    assert told.cut == ((1, MIB),)
    assert len(str(told.params[1][1])) == LONG_TEXT
    (payload,) = told.payloads
    assert payload.content == b""
    assert payload.failure == "not kept: of its texts of 1,048,576 bytes the feed has the beginning"
    await engine.stop()


@pytest.mark.parametrize("lane_class", [ParallelLane, FailoverLane])
def test_a_queue_holds_no_more_bytes_than_it_may_and_refuses_like_a_full_one(lane_class: Any) -> None:
    bench = LaneBench(lane_class, members=1, answer=None)
    bench.lane.use_queue_bytes(16 * MIB)
    for number in range(80):
        bench.lane.take(batch_of(big(number, MIB // 2), first=number + 1))
        bench.raised.append(number + 1)
    assert bench.lane.counters.undelivered > 15
    assert bench.lane.free == 0
    assert bench.lane.is_crowded
    assert bench.lane.context.door.crowded == 1, "whoever raises more is to hear of it"
    assert bench.lane.last_undelivered is not None
    assert "queue full" in bench.lane.last_undelivered
    waiting = bench.lane.counters.waiting
    assert 40 < waiting <= WINDOW_BYTES // MIB + 16
    bench.check_books()
    while bench.transports[0].open:
        bench.transports[0].settle_next(1, SENT)
    assert bench.lane.counters.waiting == 0
    assert bench.lane.free > 0
    assert len(bench.transports[0].took) == waiting
    assert bench.transports[0].took == sorted(bench.transports[0].took)


@pytest.mark.parametrize("lane_class", [ParallelLane, FailoverLane])
def test_no_more_bytes_are_in_flight_than_may_and_one_large_event_alone_always_may(lane_class: Any) -> None:
    bench = LaneBench(lane_class, members=1, answer=None)
    batch = batch_of(*(big(number, 2 * MIB) for number in range(30)))
    bench.raised += range(1, 31)
    bench.lane.use_queue_bytes(1 << 40)
    bench.lane.take(batch)
    member = bench.members[0]
    assert member.in_flight == WINDOW_BYTES // batch.event_size
    while bench.transports[0].open:
        bench.transports[0].settle_next(1, SENT)
        assert member.in_flight <= WINDOW_BYTES // (4 * MIB)
    assert len(bench.transports[0].took) == 30
    bench.lane.take(batch_of(big(1, 2 * WINDOW_BYTES), first=100))
    assert member.in_flight == 1


def test_what_waits_for_a_connection_counts_until_it_leaves() -> None:
    bench = LaneBench(ParallelLane, members=1, answer=None)
    bench.lane.use_queue_bytes(8 * MIB)
    batch = batch_of(*(big(number) for number in range(6)))
    bench.raised += range(1, 7)
    bench.lane.take(batch)
    bench.go_down_after(0, failed("connection reset", cut_off=True))
    assert bench.members[0].queue.size == batch.size
    assert bench.lane.free == 0
    bench.check_books()
    bench.transports[0].answer = SENT
    bench.come_back(0)
    assert bench.members[0].queue.size == 0
    assert bench.lane.free > 0
    bench.check_books()


def test_small_events_fill_the_window_as_before() -> None:
    bench = LaneBench(ParallelLane, members=1, answer=None)
    bench.raise_events(2_000)
    assert bench.members[0].in_flight == 1_024
