"""What was published on a channel and is not confirmed yet, by delivery tag. Pure bookkeeping, in ranges.

The broker counts publishes from 1 on each channel, and confirms single tags or everything up to one (`multiple`).

A message that no queue took is returned before its confirm and without its tag, so it is known by its body alone.
That is exact enough: everything on a channel has the same exchange and key, returns come in the order of publishing,
and of equal bodies the oldest is taken, so a search never passes the true one; which of two equal events was returned
makes no difference to anybody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from engine.run import Outcome, Run
from engine.transports.settlement import settle_open
from engine.wire.payloads import Payloads


@dataclass(slots=True)
class Published:
    """A stretch of a run: the event at `positions.start` has the tag `first_tag`, the others follow."""

    run: Run
    positions: range
    payloads: Payloads
    first_tag: int
    deadline: float

    @property
    def end_tag(self) -> int:
        """The first tag after it."""
        return self.first_tag + len(self.positions)

    @property
    def is_settled(self) -> bool:
        """Whether none of it is open."""
        return not self.run.unsettled or not any(True for _ in self.open_tags(self.first_tag))

    def settle(self, first: int, last: int, outcome: Outcome) -> None:
        """Give what is open of the tags `first` to `last` its outcome."""
        shift = self.positions.start - self.first_tag
        start = max(first, self.first_tag) + shift
        stop = min(last + 1, self.end_tag) + shift
        settle_open(self.run, range(start, stop), outcome)

    def open_tags(self, first: int) -> Iterator[int]:
        """The tags that are not settled, from `first` on."""
        shift = self.positions.start - self.first_tag
        lowest = max(first + shift, self.positions.start)
        for stretch in self.run.open_stretches():
            for position in range(max(stretch.start, lowest), min(stretch.stop, self.positions.stop)):
                yield position - shift

    def payload(self, tag: int) -> memoryview:
        """The body that was published under `tag`."""
        return self.payloads[self.run.indices[self.positions[tag - self.first_tag]]]


@dataclass(slots=True)
class Answer:
    """The broker's answer to the tags `first` to `last`."""

    first: int
    last: int
    outcome: Outcome


class Confirms:
    """The open publishes of one channel, oldest first."""

    def __init__(self) -> None:
        self._published: deque[Published] = deque()
        self._next_tag = 1
        self._answers: list[Answer] = []
        self._returned: dict[int, Outcome] = {}
        self._search_from = 1
        self._has_given_up = False
        """Whether events were settled before the broker answered for them; they may come back yet."""

    @property
    def next_deadline(self) -> float | None:
        """When the oldest open publish should have been confirmed."""
        return self._published[0].deadline if self._published else None

    def __len__(self) -> int:
        """Stretches that are not confirmed in full."""
        return len(self._published)

    def add(self, run: Run, positions: range, payloads: Payloads, deadline: float) -> None:
        """The events at `positions` are being published, in this order."""
        self._published.append(Published(run, positions, payloads, self._next_tag, deadline))
        self._next_tag += len(positions)

    def returned(self, body: bytes, outcome: Outcome) -> bool:
        """A message came back: its confirm will settle it with `outcome`. False when it was none of ours.

        Once some were given up, one that is not found is taken for one of those.
        """
        for published in self._published:
            if published.end_tag <= self._search_from:
                continue
            for tag in published.open_tags(self._search_from):
                if published.payload(tag) == body:
                    self._returned[tag] = outcome
                    self._search_from = tag + 1
                    return True
        return self._has_given_up

    def answered(self, tag: int, *, is_multiple: bool, outcome: Outcome) -> bool:
        """The broker answered for `tag`, or for everything up to it (0: for everything). `flush` settles it.

        Returns whether it is the first since the last `flush`. Answers that follow each other become one range.
        """
        last = tag or self._next_tag - 1
        first = 1 if is_multiple else tag
        newest = self._answers[-1] if self._answers else None
        if newest is not None and newest.outcome is outcome and first <= newest.last + 1 and last > newest.last:
            newest.first = min(newest.first, first)
            newest.last = last
        else:
            self._answers.append(Answer(first, last, outcome))
        return newest is None

    def flush(self) -> None:
        """Settle everything that was answered."""
        answers, self._answers = self._answers, []
        for answer in answers:
            self._settle(answer)

    def fail_overdue(self, now: float, outcome: Outcome) -> None:
        """End with `outcome` what should have been confirmed by now; the channel goes on, late answers are ignored."""
        self.flush()
        while self._published and self._published[0].deadline <= now:
            overdue = self._published.popleft()
            self._has_given_up = True
            overdue.settle(overdue.first_tag, overdue.end_tag - 1, outcome)

    def fail_all(self, outcome: Outcome) -> None:
        """The channel is gone: what was answered counts, everything else ends with `outcome`, returned or not."""
        self.flush()
        stretches, self._published = self._published, deque()
        self._returned.clear()
        for published in stretches:
            published.settle(published.first_tag, published.end_tag - 1, outcome)

    def _settle(self, answer: Answer) -> None:
        """Returned messages among the answered ones end as returned."""
        first = answer.first
        if self._returned:
            for tag in sorted(tag for tag in self._returned if first <= tag <= answer.last):
                self._settle_range(first, tag - 1, answer.outcome)
                self._settle_range(tag, tag, self._returned.pop(tag))
                first = tag + 1
        self._settle_range(first, answer.last, answer.outcome)

    def _settle_range(self, first: int, last: int, outcome: Outcome) -> None:
        touched = []
        for published in self._published:
            if published.first_tag > last:
                break
            if published.end_tag > first:
                touched.append(published)
        for published in touched:
            published.settle(first, last, outcome)
        while self._published and self._published[0].is_settled:
            self._published.popleft()
