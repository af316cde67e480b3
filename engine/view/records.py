"""What leaves the engine of its feed: values that nobody changes any more, whatever becomes of the events.

They are many, so they are written as arrays of their values (engine/view/codec.py): a new field comes last in its
class, with a default.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from msgspec import Struct

from engine.bounds import Count, Moment, Seconds
from engine.event import Event, Param
from engine.feed import FeedRecord, Step, failures_between
from engine.run import Attempt, Batch, Outcome, Skip
from engine.slices import Steps


class RaisedBatch(Struct, frozen=True, array_like=True):
    """Events of one name that were raised together; of long texts the beginning."""

    name: str
    first_seq: Count
    """Sequence number of the first event; the others follow without a gap."""
    raised_at: Moment
    source: str
    """Who raised them, for the operator ("MI 127.0.0.1:51234")."""
    params: tuple[tuple[Param, ...], ...]
    """Of each event."""

    def event(self, index: int) -> Event:
        """The event at a position."""
        return Event(self.name, self.params[index])


class StepRecord(Struct, frozen=True, array_like=True):
    """One step of some deliveries: the events at `indices` of a batch, for one subscription."""

    number: Count
    """Grows by one a record."""
    at: Moment
    step: Step
    subscription: str
    """The subscription's stable id."""
    first_seq: Count
    """Which batch: the one that begins with this event."""
    indices: range
    member: Count | None = None
    """Position of the member in its subscription, from 0. PLANNED with None: all but the skipped (PARALLEL)."""
    skipped: tuple[Skip, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    outcome: Outcome | None = None
    took_s: Seconds = 0.0
    """SETTLED: seconds from the plan to the outcome."""

    def is_about(self, subscription: str, seq: int) -> bool:
        """Whether it tells of one event for one subscription."""
        return self.subscription == subscription and seq - self.first_seq in self.indices


class FeedPage(Struct, frozen=True):
    """Records, oldest first, and the batches that they tell of, each once."""

    records: tuple[StepRecord, ...] = ()
    batches: tuple[RaisedBatch, ...] = ()

    def by_seq(self) -> Mapping[int, RaisedBatch]:
        """The batches by their first event."""
        return {batch.first_seq: batch for batch in self.batches}

    def since(self, number: int, limit: int) -> FeedPage:
        """The records numbered `number` and later, as `Feed.since` tells them."""
        first = bisect_left(self.records, number, key=_number)
        newest = self.records[max(first, len(self.records) - limit) :] if limit > 0 else ()
        if not newest:
            return FeedPage()
        return FeedPage((*failures_between(reversed(self.records), number, newest[0].number), *newest), self.batches)

    def before(self, number: int) -> FeedPage:
        """What was there when the record of that number was not yet."""
        return FeedPage(self.records[: bisect_left(self.records, number, key=_number)], self.batches)


def page_of(records: Iterable[FeedRecord]) -> Steps[FeedPage]:
    """The values of some of the feed's records. For the engine's thread alone, as batches let their events go there.

    A part of a batch may begin with the same event as the whole. Its events are those of the whole, so the longer
    of the two is told.
    """
    batches: dict[int, RaisedBatch] = {}
    values = []
    for record in records:
        batch = record.batch
        known = batches.get(batch.first_seq)
        if known is None or len(known.params) < len(batch):
            batches[batch.first_seq] = _raised(batch)
        values.append(value_of(record))
        yield
    return FeedPage(tuple(values), tuple(batches.values()))


def value_of(record: FeedRecord) -> StepRecord:
    """A record without its events."""
    return StepRecord(
        record.number,
        record.at,
        record.step,
        record.subscription,
        record.batch.first_seq,
        record.indices,
        record.member,
        record.skipped,
        record.attempts,
        record.outcome,
        record.took_s,
    )


def _raised(batch: Batch) -> RaisedBatch:
    params = tuple([event.params for event in batch.events])
    return RaisedBatch(batch.name, batch.first_seq, batch.raised_at, batch.source, params)


def _number(record: StepRecord) -> int:
    return record.number
