"""The dispatcher: batches by name, in order; a bounded inbox; waiting for room, but not for those who stand still."""

from __future__ import annotations

import asyncio

import pytest

from engine.dispatcher import BATCH_MAX, Dispatcher
from engine.errors import BusyError, RefusedError
from engine.event import Event
from engine.run import Batch
from engine.tasks import Tasks
from tests.support.clock import FakeClock
from tests.support.sockets import numbered
from tests.support.waiting import until


class RecordingLane:
    """Takes batches and says how much room it has."""

    takes_all = False
    is_crowded = False

    def __init__(self, room: int = 1_000_000) -> None:
        self.room = self.free = room
        self.batches: list[Batch] = []

    def take(self, batch: Batch) -> None:
        self.batches.append(batch)

    def was_awaited(self, seconds: float) -> None:
        """Patience is the lanes' own affair."""

    @property
    def numbers(self) -> list[object]:
        return [event.values[0] for batch in self.batches for event in batch.events]


def make(lanes: dict[str, list[RecordingLane]], inbox_size: int = 10_000) -> Dispatcher:
    return Dispatcher(FakeClock(), inbox_size, lambda name: lanes.get(name, []))  # type: ignore[arg-type,return-value]


async def test_lone_events_of_one_turn_become_one_batch_for_each_source() -> None:
    lane = RecordingLane()
    dispatcher = make({"E_TEST": [lane]})
    for event in numbered(3):
        dispatcher.put(event, "a")
    dispatcher.put(*numbered(1, 4), "b")
    await until(lambda: lane.batches)
    assert [(batch.source, len(batch)) for batch in lane.batches] == [("a", 3), ("b", 1)]
    assert lane.numbers == [1, 2, 3, 4]


async def test_names_are_parted_and_each_keeps_its_order() -> None:
    lanes = {"E_A": [RecordingLane()], "E_B": [RecordingLane()]}
    dispatcher = make(lanes)
    await dispatcher.put_many([Event("E_B" if n % 2 else "E_A", ((None, n),)) for n in range(10)], "test")
    assert lanes["E_A"][0].numbers == [0, 2, 4, 6, 8]
    assert lanes["E_B"][0].numbers == [1, 3, 5, 7, 9]
    sequences = [batch.first_seq for lane in lanes.values() for batch in lane[0].batches]
    assert len(set(sequences)) == 2


async def test_bulk_is_taken_in_batches_and_a_small_queue_gets_smaller_ones() -> None:
    wide, narrow = RecordingLane(), RecordingLane(room=100)
    await make({"E_TEST": [wide]}).put_many(numbered(1200), "test")
    assert [len(batch) for batch in wide.batches] == [BATCH_MAX, BATCH_MAX, 176]
    await make({"E_TEST": [wide, narrow]}).put_many(numbered(250), "test")
    assert [len(batch) for batch in narrow.batches] == [100, 100, 50]


class BoundedLane(RecordingLane):
    """Has less room with every event; the test makes room again."""

    def take(self, batch: Batch) -> None:
        super().take(batch)
        self.room -= len(batch)


async def test_bulk_waits_until_there_is_room() -> None:
    lane = RecordingLane(room=0)
    dispatcher = make({"E_TEST": [lane]})
    raising = asyncio.get_running_loop().create_task(dispatcher.put_many(numbered(5), "test"))
    await asyncio.sleep(0.12)
    assert lane.batches == []
    lane.room = 10
    dispatcher.note_room()
    await raising
    assert lane.numbers == [1, 2, 3, 4, 5]


async def test_a_full_inbox_refuses_and_a_closed_one_too() -> None:
    lane = RecordingLane()
    dispatcher = make({"E_TEST": [lane]}, inbox_size=2)
    for event in numbered(2):
        dispatcher.put(event, "test")
    with pytest.raises(BusyError, match="try again"):
        dispatcher.put(Event("E_TEST"), "test")
    await until(lambda: not dispatcher.waiting)
    dispatcher.put(*numbered(1, 3), "test")
    dispatcher.drain()
    dispatcher.is_closed = True
    with pytest.raises(RefusedError):
        dispatcher.put(Event("E_TEST"), "test")
    with pytest.raises(RefusedError):
        await dispatcher.put_many(numbered(5), "test")
    assert lane.numbers == [1, 2, 3]
    assert (dispatcher.accepted, dispatcher.refused) == (3, 7)


async def test_what_was_not_taken_when_the_engine_stops_is_refused_and_counted() -> None:
    lane = BoundedLane(room=600)
    dispatcher = make({"E_TEST": [lane]})
    raising = asyncio.get_running_loop().create_task(dispatcher.put_many(numbered(1200), "test"))
    await until(lambda: lane.room == 0, "the room there is gets used")
    dispatcher.is_closed = True
    with pytest.raises(RefusedError) as caught:
        await raising
    assert caught.value.taken == 600
    assert (dispatcher.accepted, dispatcher.refused) == (600, 600)


async def test_raisers_in_bulk_at_the_same_time_do_not_get_the_same_room_twice() -> None:
    lane = BoundedLane(room=600)
    dispatcher = make({"E_TEST": [lane]})
    tasks = Tasks()
    for n in range(3):
        tasks.spawn(dispatcher.put_many(numbered(500, 1000 * n), f"raiser {n}"), "raise")
    await until(lambda: lane.room == 0, "the room there is gets used")
    await asyncio.sleep(0)
    assert (lane.room, dispatcher.waiting) == (0, 0)
    lane.room = 900
    dispatcher.note_room()
    await tasks.finish()
    assert lane.room == 0
    assert set(lane.numbers) == {event.values[0] for n in range(3) for event in numbered(500, 1000 * n)}


async def test_a_lane_that_breaks_keeps_events_from_no_other(caplog: pytest.LogCaptureFixture) -> None:
    class BrokenLane(RecordingLane):
        def take(self, batch: Batch) -> None:
            raise LookupError("a mistake of ours")

    healthy = [RecordingLane(), RecordingLane()]
    dispatcher = make({"E_TEST": [healthy[0], BrokenLane(), healthy[1]]})
    dispatcher.put(*numbered(1), "a")
    dispatcher.put(*numbered(1, 2), "b")
    await until(lambda: not dispatcher.waiting)
    assert [lane.numbers for lane in healthy] == [[1, 2], [1, 2]]
    assert "a mistake of ours" in caplog.text
