"""Records of the feed in a bundle: each batch once, and no two of them mixed up."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import Settings
from engine.core import Engine
from engine.event import Event
from engine.feed import Step
from engine.run import part_of
from tests.support.waiting import until
from tests.tui.recorded import events_told, of_records, written
from tests.tui.world import batch, record


@pytest.mark.parametrize("is_whole_first", [True, False])
def test_a_batch_and_its_part_that_begin_with_the_same_event_stay_apart(tmp_path: Path, is_whole_first: bool) -> None:
    whole = batch("E_A", 100, *[{"n": number} for number in range(10)])
    both = [whole, part_of(whole, range(3))]
    first, second = both if is_whole_first else reversed(both)
    made = of_records(record(1, Step.HELD, "s1", first), record(2, Step.HELD, "s2", second))
    again = written(made, tmp_path)
    assert events_told(again.feed) == [first.events, second.events]


async def test_a_failover_that_was_edited_while_events_waited_is_in_a_bundle_that_can_be_read(tmp_path: Path) -> None:
    engine = Engine(Settings(events=("E_A",), failover_timeout=0.05))
    sockets = [f"unix:{tmp_path}/{name}" for name in "abcd"]
    made = await execute(
        Context(engine), "subscribe", event="E_A", socket=f"virtual:FAILOVER {sockets[0]} {sockets[1]}", expire=None
    )
    await engine.raise_many([Event("E_A", (("n", number),)) for number in range(10)], "test")
    await until(lambda: any(len(one.indices) == 1 for one in engine.feed.since(0)), "a try with one event")
    await execute(
        Context(engine), "change_subscription", subscription=made["id"], policy="FAILOVER", members=sockets[2:],
        expire=None, options={},
    )  # fmt: skip
    await until(lambda: {1, 10} <= {len(one.batch) for one in engine.feed.since(0) if one.batch.first_seq == 1}, "both")
    records = engine.feed.since(0)
    again = written(of_records(*records), tmp_path)
    assert events_told(again.feed) == [[one.batch.events[index] for index in one.indices] for one in records]
    await engine.stop()
