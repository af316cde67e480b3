"""What the feed's records tell, one line a delivery: bounded, and sampled where more happens than a person can read.

Records tell of ranges of events. Only the events that get a line are ever touched, however many a record covers, and
only those are kept: a batch of which one event has a line would else stay in memory with all its events.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from engine.event import Event
from engine.feed import Step
from engine.view.records import FeedPage, RaisedBatch, StepRecord

KEPT_LINES = 1_000
"""Deliveries that can be scrolled back to."""

KEPT_STORIES = 2_000
"""Batches of which records are still expected."""

KEPT_RECORDS = 64
"""Records of one batch; further ones are dropped."""

KEPT_OWN = 20
"""Deliveries of events that this console raised."""

KEPT_LOOKS = 16
"""Looks of the last second are counted together."""

READABLE_PER_S = 40.0
"""More lines a second than this are sampled."""

FAILURES_A_LOOK = 25
"""Failed notifications, and as many undelivered events, that get a line at each look, however much is sampled."""


@dataclass(slots=True)
class Story:
    """What happened to one batch in one subscription so far."""

    subscription: str
    first_seq: int
    """Sequence number of the batch's first event."""
    raised_at: float
    """Monotonic seconds."""
    source: str
    records: list[StepRecord] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)
    """Positions in the batch that have a line."""


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """One event for one subscription."""

    number: int
    """Grows by one a line."""
    story: Story
    index: int
    """Position in the batch."""
    event: Event

    @property
    def version(self) -> int:
        """Changes whenever there is more to tell."""
        return len(self.story.records)

    def steps(self) -> Iterator[StepRecord]:
        """The records that tell of this delivery, oldest first."""
        return (record for record in self.story.records if self.index in record.indices)

    @property
    def is_held(self) -> bool:
        """Whether it waits for somebody who can take it."""
        last = next((record for record in reversed(self.story.records) if self.index in record.indices), None)
        return last is not None and last.step is Step.HELD


@dataclass(slots=True)
class _Look:
    """What one look at the feed brought."""

    at: float
    lines: int = 0
    failures_left_out: int = 0
    room: dict[Step, int] = field(default_factory=lambda: {Step.SETTLED: FAILURES_A_LOOK, Step.ENDED: FAILURES_A_LOOK})
    """Failures that may still get a line."""


class Deliveries:
    """The last deliveries, the newest last. Their lines are numbered from `first_line`."""

    def __init__(self, own: str = "", first_line: int = 1) -> None:
        """`own`: the source of events that were raised here."""
        self._own = own
        self.lines: deque[Delivery] = deque(maxlen=KEPT_LINES)
        self.own: deque[Delivery] = deque(maxlen=KEPT_OWN)
        """Those of events that this console raised; they are never sampled."""
        self.one_in = 1
        """How many deliveries each line stands for."""
        self.next_record = 1
        """Number of the feed's record that is expected next."""
        self.missed = 0
        """Records that were not fetched, because more came than are asked for at a time."""
        self._per_second = 0.0
        self._looks: deque[_Look] = deque([_Look(0.0)], maxlen=KEPT_LOOKS)
        self._stories: OrderedDict[tuple[str, int], Story] = OrderedDict()
        self._next_line = first_line

    @property
    def newest(self) -> int:
        """Number of the newest line; 0 without one."""
        return self._next_line - 1

    @property
    def more(self) -> int:
        """Deliveries of the last second that have no line."""
        return max(round(self._per_second) - sum(look.lines for look in self._last_second()), 0)

    @property
    def more_failures(self) -> int:
        """Failed notifications and undelivered events of the last second that have no line."""
        return sum(look.failures_left_out for look in self._last_second())

    def _last_second(self) -> list[_Look]:
        return [look for look in self._looks if look.at > self._looks[-1].at - 1.0]

    def fold(self, page: FeedPage, per_second: float, at: float = 0.0) -> None:
        """Take further records in. `per_second`: how many deliveries there are now, which decides about sampling.

        What failed has its line whatever the sampling, up to `FAILURES_A_LOOK` a time. `at`: monotonic seconds.
        """
        self.one_in = sampling(per_second)
        self._per_second = per_second
        self._looks.append(_Look(at))
        batches = page.by_seq()
        for record in page.records:
            if record.number < self.next_record:
                continue  # told before
            self.missed += max(record.number - self.next_record, 0)
            self.next_record = record.number + 1
            self._fold(record, batches[record.first_seq])

    def _fold(self, record: StepRecord, batch: RaisedBatch) -> None:
        key = (record.subscription, record.first_seq)
        story = self._stories.get(key)
        begins = record.step is not Step.SETTLED and not record.attempts
        chosen: Sequence[int] = self._sampled(record, batch) if begins else ()
        if record.outcome is not None and record.outcome.is_failure:
            chosen = self._failed(record, set() if story is None else story.shown)
        if story is None:
            if not chosen:
                return  # no event of it has a line, or its beginning was not fetched
            story = self._stories[key] = Story(record.subscription, batch.first_seq, batch.raised_at, batch.source)
            if len(self._stories) > KEPT_STORIES:
                self._stories.popitem(last=False)
        if len(story.records) < KEPT_RECORDS:
            story.records.append(record)
        fresh = [index for index in chosen if index not in story.shown]
        if fresh:
            self._show(story, batch, fresh)

    def _sampled(self, record: StepRecord, batch: RaisedBatch) -> range:
        is_own = batch.source == self._own
        return sampled(record.indices, batch.first_seq, 1 if is_own else self.one_in)

    def _failed(self, record: StepRecord, shown: set[int]) -> list[int]:
        """Positions that get a line because they failed; the others are counted."""
        look, indices = self._looks[-1], record.indices
        known = sum(index in indices for index in shown)
        room = look.room.get(record.step, 0)
        fresh = list(islice((index for index in indices if index not in shown), room))
        look.room[record.step] = room - len(fresh)
        look.failures_left_out += len(indices) - known - len(fresh)
        return fresh

    def _show(self, story: Story, batch: RaisedBatch, indices: list[int]) -> None:
        story.shown.update(indices)
        for index in indices:
            delivery = Delivery(self._next_line, story, index, batch.event(index))
            self._next_line += 1
            self.lines.append(delivery)
            self._looks[-1].lines += 1
            if batch.source == self._own:
                self.own.append(delivery)


def sampling(per_second: float) -> int:
    """For how many deliveries one line stands: 1, 2, 5, 10, 20, 50, ..."""
    decade = 1
    while True:
        for factor in (1, 2, 5):
            if per_second / (decade * factor) <= READABLE_PER_S:
                return decade * factor
        decade *= 10


def sampled(indices: range, first_seq: int, one_in: int) -> range:
    """Those of a batch's positions that get a line; at most `KEPT_LINES`, the newest ones."""
    chosen = indices[-(first_seq + indices.start) % one_in :: one_in] if indices else indices
    return chosen[-KEPT_LINES:]
