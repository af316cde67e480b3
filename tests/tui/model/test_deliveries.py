"""Records folded into one line a delivery, bounded and sampled."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import pytest

from engine.event import Event, Param
from engine.feed import FeedRecord, Step
from engine.run import DELIVERED, Attempt, Batch, failed
from engine.view.records import FeedPage, RaisedBatch, StepRecord
from tests.tui.world import SKIP, batch, delivered, page, record, story_of_pike
from tui.model.deliveries import FAILURES_A_LOOK, KEPT_LINES, KEPT_RECORDS, KEPT_STORIES, Deliveries, sampled, sampling


class Untouchable(Sequence[tuple[Param, ...]]):
    """Parameters of events, of which nobody may look at more than `allowed`."""

    def __init__(self, size: int, allowed: int) -> None:
        self.size = size
        self.allowed = allowed

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: object) -> Any:
        self.allowed -= 1
        assert self.allowed >= 0, "too many events were looked at"
        return ()


def huge(size: int, allowed: int, first_seq: int, *records: StepRecord) -> FeedPage:
    """Records of one batch, of whose events few may be looked at."""
    params: Any = Untouchable(size, allowed)
    return FeedPage(records, (RaisedBatch("E", first_seq, 0.0, "generator", params),))


def test_a_delivery_has_one_line_however_many_records_tell_of_it() -> None:
    deliveries = Deliveries()
    deliveries.fold(page(story_of_pike()), 1.0)
    assert [line.event.name for line in deliveries.lines] == ["E_UL_AOR_INSERT", "E_ACC_CDR", "E_PIKE_BLOCKED"]
    assert [step.step for step in deliveries.lines[-1].steps()] == [Step.PLANNED, Step.SETTLED]


def test_records_told_twice_count_once() -> None:
    deliveries = Deliveries()
    deliveries.fold(page(story_of_pike()), 1.0)
    deliveries.fold(page(story_of_pike()), 1.0)
    assert len(deliveries.lines) == 3
    assert deliveries.lines[-1].version == 2


def test_each_event_of_a_batch_has_its_own_line_and_its_own_steps() -> None:
    deliveries = Deliveries()
    three = batch("E", 10, {"n": 1}, {"n": 2}, {"n": 3})
    first = FeedRecord(1, 0.0, Step.PLANNED, "s", three, range(0, 3, 2), 0)
    second = FeedRecord(2, 0.0, Step.PLANNED, "s", three, range(1, 2), 1)
    deliveries.fold(page((first, second)), 1.0)
    assert [(line.index, [step.member for step in line.steps()]) for line in deliveries.lines] == [
        (0, [0]),
        (2, [0]),
        (1, [1]),
    ]


def test_a_second_try_is_told_on_the_same_line() -> None:
    deliveries = Deliveries()
    one = batch("E", 1, {"n": 1})
    refused = failed("connection refused")
    deliveries.fold(
        page(
            (
                record(1, Step.PLANNED, "s", one, 0),
                record(2, Step.SETTLED, "s", one, 0, outcome=refused),
                record(3, Step.PLANNED, "s", one, 1, attempts=(Attempt(0, 0.0, refused),)),
                record(4, Step.SETTLED, "s", one, 1, outcome=DELIVERED),
            )
        ),
        1.0,
    )
    assert len(deliveries.lines) == 1
    assert deliveries.lines[0].version == 4


def test_a_held_event_has_one_line_before_and_after() -> None:
    deliveries = Deliveries()
    one = batch("E", 1, {"n": 1})
    deliveries.fold(page((record(1, Step.HELD, "s", one, skipped=(SKIP,)),)), 1.0)
    deliveries.fold(page((record(2, Step.PLANNED, "s", one, 0), record(3, Step.SETTLED, "s", one, 0))), 1.0)
    assert len(deliveries.lines) == 1


def test_ends_of_deliveries_whose_beginning_was_not_fetched_are_left_out() -> None:
    deliveries = Deliveries()
    deliveries.fold(page((record(7, Step.SETTLED, "s", batch("E", 1, {}), 0, outcome=DELIVERED),)), 1.0)
    assert not deliveries.lines
    assert deliveries.missed == 6
    assert deliveries.next_record == 8


def test_everything_is_bounded() -> None:
    deliveries = Deliveries()
    number = 1
    for sequence in range(KEPT_STORIES + 50):
        deliveries.fold(page(delivered(number, "s", batch("E", sequence, {"n": sequence}), 0, 0.001)), 1.0)
        number += 2
    again = batch("E", 10**6, {})
    deliveries.fold(page([record(number + i, Step.PLANNED, "s", again, 0) for i in range(200)]), 1.0)
    assert len(deliveries.lines) == KEPT_LINES
    assert deliveries.lines[-1].version == KEPT_RECORDS


@pytest.mark.parametrize(("per_second", "one_in"), [(0, 1), (40, 1), (41, 2), (150, 5), (1_204, 50), (100_000, 5_000)])
def test_more_than_can_be_read_is_sampled(per_second: float, one_in: int) -> None:
    assert sampling(per_second) == one_in


def test_a_sample_is_every_nth_event_wherever_batches_begin() -> None:
    taken = []
    for first, size in ((0, 7), (7, 1), (8, 1), (9, 30), (39, 11)):
        taken += [first + index for index in sampled(range(size), first, 10)]
    assert taken == [0, 10, 20, 30, 40]


def test_events_without_a_line_are_never_touched() -> None:
    deliveries = Deliveries()
    planned = StepRecord(1, 0.0, Step.PLANNED, "s", 0, range(100_000), 0)
    deliveries.fold(huge(100_000, 20, 0, planned), 200_000.0)
    assert len(deliveries.lines) == 20
    assert [line.event.name for line in deliveries.lines] == ["E"] * 20


def test_a_batch_is_not_kept_for_the_sake_of_one_line() -> None:
    class Fading(RaisedBatch, frozen=True, array_like=True, weakref=True):
        pass

    deliveries = Deliveries()
    seen, unseen = (Fading("E", first, 0.0, "MI", ((("n", 1),),) * 3) for first in (0, 4))
    gone = [weakref.ref(one) for one in (seen, unseen)]
    for number, one in ((1, seen), (3, unseen)):
        planned = StepRecord(number, 0.0, Step.PLANNED, "s", one.first_seq, range(3), 0)
        settled = StepRecord(number + 1, 0.0, Step.SETTLED, "s", one.first_seq, range(3), 0, outcome=DELIVERED)
        deliveries.fold(FeedPage((planned, settled), (one,)), 400.0)
    del seen, unseen, one
    assert [(line.index, line.event.params, line.version) for line in deliveries.lines] == [(0, (("n", 1),), 2)]
    assert [ref() for ref in gone] == [None, None]


def test_what_was_raised_here_is_never_sampled() -> None:
    deliveries = Deliveries("console ann 1")
    own = batch("E", 12_345, {"n": 1}, source="console ann 1")
    other = batch("E", 12_346, {"n": 2}, source="console ann 2")
    deliveries.fold(page((*delivered(1, "s", own, 0, 0.001), *delivered(3, "s", other, 0, 0.001))), 100_000.0)
    assert [line.event for line in deliveries.own] == [own.events[0]]


def test_what_failed_is_never_sampled_out() -> None:
    deliveries = Deliveries()
    many = Batch("E", [Event("E", (("n", n),)) for n in range(1_000)], 1, 0.0, "generator")
    refused = failed("connection refused")
    deliveries.fold(page((record(1, Step.PLANNED, "s", many, 0),)), 100_000.0)
    before = len(deliveries.lines)
    failure = record(2, Step.SETTLED, "s", many, 0, outcome=refused)._replace(indices=range(7, 10))
    lost = record(3, Step.ENDED, "s", many, outcome=refused)._replace(indices=range(20, 21))
    deliveries.fold(page((failure, lost)), 100_000.0)
    assert [line.index for line in list(deliveries.lines)[before:]] == [7, 8, 9, 20]
    assert deliveries.lines[-1].event.params == (("n", 20),)
    assert not deliveries.more_failures


def test_a_flood_of_failures_takes_bounded_work_and_says_how_many_have_no_line() -> None:
    deliveries = Deliveries()
    refused = failed("connection refused")
    failure = StepRecord(1, 0.0, Step.SETTLED, "s", 0, range(100_000), 0, outcome=refused)
    lost = StepRecord(2, 0.0, Step.ENDED, "s", 0, range(100_000), outcome=refused, attempts=(Attempt(0, 0.0, refused),))
    deliveries.fold(huge(100_000, 2 * FAILURES_A_LOOK, 0, failure, lost), 100_000.0, 10.0)
    assert len(deliveries.lines) == 2 * FAILURES_A_LOOK
    assert deliveries.more_failures == 200_000 - 3 * FAILURES_A_LOOK
    deliveries.fold(page(()), 100_000.0, 11.5)
    assert deliveries.more_failures == 0


def test_how_many_more_there_were_in_this_second() -> None:
    deliveries = Deliveries()
    for tick in range(8):
        planned = StepRecord(tick + 1, 0.0, Step.PLANNED, "s", 3_100 * tick, range(3_100), 0)
        deliveries.fold(huge(3_100, 7, 3_100 * tick, planned), 12_400.0, tick / 4)
    assert deliveries.one_in == 500
    assert 12_400 - 4 * 7 <= deliveries.more < 12_400 - 4 * 5
