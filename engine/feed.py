"""The feed: what happened to every event, append-only, bounded, one record a run planned and one a range settled."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import StrEnum
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

from engine.run import Attempt, Batch, Outcome, Skip, Status
from engine.sizes import BIG


class Step(StrEnum):
    """What a feed record tells."""

    PLANNED = "planned"  # a policy gave events to a member (`member`), passing over `skipped`
    SETTLED = "settled"  # that member's notifications ended with `outcome`
    HELD = "held"  # all members are marked or paused: the events wait
    ENDED = "ended"  # the delivery is undelivered, for the reason in `outcome`


class Entry(NamedTuple):
    """What a lane has to tell: one step of some deliveries, the events `batch[i] for i in indices`."""

    step: Step
    batch: Batch
    indices: range
    member: int | None = None
    """Position of the member in its subscription, from 0. PLANNED with None: all but the skipped (PARALLEL)."""
    skipped: tuple[Skip, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    outcome: Outcome | None = None
    took_s: float = 0.0
    """SETTLED: seconds from the plan to the outcome."""


class FeedRecord(NamedTuple):
    """An entry as the feed keeps it: of which subscription, when, and under which number.

    A named tuple, because two are made for each run, and a frozen dataclass takes five times as long to make.
    """

    number: int
    """Grows by one a record; `Feed.since` takes it."""
    at: float
    """Monotonic seconds."""
    step: Step
    subscription: str
    """The subscription's stable id."""
    batch: Batch
    indices: range
    member: int | None = None
    skipped: tuple[Skip, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    outcome: Outcome | None = None
    took_s: float = 0.0


RECORDS_PER_DELIVERY = 10
"""A delivery is told of several times (a PARALLEL one as often as it has members); this often is room enough. It also
bounds what ended without a plan, and with it the events that the feed keeps alive."""


RECORD_SIZE = 400
ATTEMPT_SIZE = 100
"""Bytes that a record takes, and each earlier attempt that it tells of."""

FAILURES_MAX = 200
"""Records of failures that `Feed.since` tells beside the newest records."""


class Feed:
    """The records of the last `capacity` deliveries. It drops the oldest ones for new ones; `dropped` counts them.

    It keeps `bytes_max` bytes at most, about, counted by the batch. Of long texts it keeps the beginning.
    """

    def __init__(self, capacity: int = 10_000, bytes_max: int = 64 << 20) -> None:
        self._capacity = capacity
        self.bytes_max = bytes_max
        self._bytes = 0
        self._covered_max = RECORDS_PER_DELIVERY * capacity
        self._records: deque[FeedRecord] = deque()
        self._failures: deque[FeedRecord] = deque()
        """Those of the records that tell of a failure."""
        self._planned = 0
        """Deliveries that the records tell of: each is counted with its plan."""
        self._covered = 0
        """The same, each counted as often as there are records of it."""
        self._next = 1
        self.dropped = 0

    @property
    def next_number(self) -> int:
        """The number that the next record will get."""
        return self._next

    @property
    def size(self) -> int:
        """Bytes that it keeps, about."""
        return self._bytes

    def add(self, at: float, subscription: str, entry: Entry) -> None:
        """Append a record, and drop the oldest ones while there is more than the feed may keep.

        Args:
            at: monotonic seconds.
            subscription: the id of the subscription that it happened to.
            entry: what happened.
        """
        step, batch, indices, member, skipped, attempts, outcome, took_s = entry
        if batch.size >= BIG:
            batch = batch.brief
        record = FeedRecord(
            self._next, at, step, subscription, batch, indices, member, skipped, attempts, outcome, took_s
        )
        self._next += 1
        records = self._records
        records.append(record)
        if not batch.feed_records:
            self._bytes += batch.size
        batch.feed_records += 1
        count = len(indices)
        self._covered += count
        if step is Step.PLANNED:
            self._planned += count
        self._bytes += RECORD_SIZE + ATTEMPT_SIZE * len(attempts)
        if outcome is not None:
            if outcome.status is Status.FAILED:
                self._failures.append(record)
            if outcome.answer is not None:
                self._bytes += len(outcome.answer)
        while len(records) > 1 and (
            self._planned > self._capacity or self._covered > self._covered_max or self._bytes > self.bytes_max
        ):
            self._drop(records.popleft())
        while self._failures and self._failures[0].number < records[0].number:
            self._failures.popleft()

    def _drop(self, oldest: FeedRecord) -> None:
        count = len(oldest.indices)
        self.dropped += 1
        self._covered -= count
        if oldest.step is Step.PLANNED:
            self._planned -= count
        self._bytes -= RECORD_SIZE + ATTEMPT_SIZE * len(oldest.attempts)
        if oldest.outcome is not None and oldest.outcome.answer is not None:
            self._bytes -= len(oldest.outcome.answer)
        oldest.batch.feed_records -= 1
        if not oldest.batch.feed_records:
            self._bytes -= oldest.batch.size

    def since(self, number: int, limit: int = 1_000) -> tuple[FeedRecord, ...]:
        """The records numbered `number` and later, oldest first: the newest `limit` of them.

        Where these are not all, the newest `FAILURES_MAX` of the others that tell of a failure come before them.
        """
        fresh = min(self._next - number, len(self._records), limit)
        if fresh <= 0:
            return ()
        newest = tuple(islice(reversed(self._records), fresh))[::-1]
        if newest[0].number <= number or newest[0] is self._records[0]:
            return newest
        return (*failures_between(reversed(self._failures), number, newest[0].number), *newest)

    def about(self, subscription: str, seq: int) -> tuple[FeedRecord, ...]:
        """The records that tell of one event for one subscription, oldest first. Looks at all there are."""
        return tuple(
            record
            for record in self._records
            if record.subscription == subscription and seq - record.batch.first_seq in record.indices
        )


class Ending(Protocol):
    """What a record says of its number, and of how it ended."""

    @property
    def number(self) -> int:
        """Grows by one a record."""

    @property
    def outcome(self) -> Outcome | None:
        """None where it tells of no end."""


E = TypeVar("E", bound=Ending)


def failures_between(newest_first: Iterable[E], first: int, end: int) -> list[E]:
    """The newest `FAILURES_MAX` records of failures numbered from `first` to before `end`, oldest first."""
    failures: list[E] = []
    for record in newest_first:
        if record.number < first or len(failures) >= FAILURES_MAX:
            break
        if record.number < end and _is_failure(record):
            failures.append(record)
    return failures[::-1]


def _is_failure(record: Ending) -> bool:
    return record.outcome is not None and record.outcome.status is Status.FAILED


def _size(record: FeedRecord) -> int:
    """Bytes that a record takes beside its batch."""
    outcome = record.outcome
    answer = 0 if outcome is None or outcome.answer is None else len(outcome.answer)
    return RECORD_SIZE + ATTEMPT_SIZE * len(record.attempts) + answer


def _weight(record: FeedRecord) -> int:
    """How many deliveries a record tells of for the first time: how they ended counts with their plan."""
    return len(record.indices) if record.step is Step.PLANNED else 0
