"""What a FAILOVER subscription has waiting in front of its policy, in the order raised. No clock, no policy."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from engine.run import Attempt, Batch
from engine.sizes import FULL, QUEUE_BYTES


class Pending(NamedTuple):
    """Events that wait for the policy, and how they fared so far."""

    batch: Batch
    indices: range
    since: float
    """When they came to wait: when they were raised, or came back; monotonic seconds."""
    attempts: tuple[Attempt, ...] = ()

    @property
    def first_seq(self) -> int:
        """Sequence number of the first event; the queue is ordered by it."""
        return self.batch.first_seq + self.indices.start


def remember(attempts: tuple[Attempt, ...], attempt: Attempt) -> tuple[Attempt, ...]:
    """The attempts with one more; each member's latest alone is kept, so that holding for hours stays small."""
    return (*(earlier for earlier in attempts if earlier.member != attempt.member), attempt)


class WaitingLine:
    """Pending events, the oldest in front. Some can stand aside, so that others need not wait behind them."""

    def __init__(self) -> None:
        self._queue: deque[Pending] = deque()
        self._aside: list[Pending] = []
        self._aside_count = 0
        self.count = 0
        """Events that wait, those that stand aside included."""
        self.size = 0
        """Bytes that these take, about."""
        self.bytes_max = QUEUE_BYTES

    def __bool__(self) -> bool:
        """Whether anything waits in front, those aside not counted."""
        return bool(self._queue)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits at all."""
        return not self._queue and not self._aside

    @property
    def front(self) -> Pending:
        """What has waited longest. Raises IndexError where nothing does."""
        return self._queue[0]

    @property
    def newest(self) -> Pending:
        """What came last. Raises IndexError where nothing waits."""
        return self._queue[-1]

    def append(self, pending: Pending) -> None:
        """Let events wait behind all others."""
        self._queue.append(pending)
        self._note(pending, len(pending.indices))

    @property
    def is_full(self) -> bool:
        """Whether no more should be raised: some room is kept for what comes before that is heard."""
        return self.size >= FULL * self.bytes_max

    def surplus(self, queue_size: int) -> int:
        """Events that are too many, for `queue_size` or for the bytes that may wait, counted like the newest."""
        too_much = self.size - self.bytes_max
        heavy = -(-too_much // self._queue[-1].batch.event_size) if too_much > 0 and self._queue else 0
        return max(self.count - queue_size, heavy)

    def _note(self, pending: Pending, count: int) -> None:
        """So many more of such events wait, or fewer."""
        self.count += count
        self.size += count * pending.batch.event_size

    def take_front(self, at_most: int | None = None) -> Pending:
        """Take out what has waited longest, `at_most` so many events of it."""
        pending = self._queue.popleft()
        taken = pending.indices[:at_most]
        if len(taken) < len(pending.indices):
            self._queue.appendleft(pending._replace(indices=pending.indices[len(taken) :]))
        self._note(pending, -len(taken))
        return pending._replace(indices=taken)

    def take_newest(self, at_most: int) -> Pending:
        """Take out what came last, `at_most` so many events of it."""
        pending = self._queue.pop()
        kept = max(0, len(pending.indices) - at_most)
        if kept:
            self._queue.append(pending._replace(indices=pending.indices[:kept]))
        self._note(pending, kept - len(pending.indices))
        return pending._replace(indices=pending.indices[kept:])

    def take_all(self) -> list[Pending]:
        """Take out everything, those aside first."""
        taken = [*self._aside, *self._queue]
        self._queue.clear()
        self._aside = []
        self._aside_count = self.count = self.size = 0
        return taken

    def set_front_aside(self, room: int) -> Pending | None:
        """Let the events in front stand aside, as far as `room` for such goes; the rest of them is taken out."""
        pending = self._queue.popleft()
        kept = pending.indices[: max(0, room - self._aside_count)]
        refused = pending.indices[len(kept) :]
        if kept:
            self._aside.append(pending._replace(indices=kept))
            self._aside_count += len(kept)
        self._note(pending, -len(refused))
        return pending._replace(indices=refused) if refused else None

    @property
    def aside_count(self) -> int:
        """Events that stand aside."""
        return self._aside_count

    def call_back(self) -> None:
        """Put those that stood aside back into the line."""
        aside, self._aside = self._aside, []
        for pending in aside:
            self._note(pending, -len(pending.indices))
        self._aside_count = 0
        self.put_back(aside)

    def put_back(self, returned: Iterable[Pending]) -> None:
        """Put events back in the order raised; they are nearly always all older than what waits."""
        back = sorted(returned, key=lambda pending: pending.first_seq)
        if not back:
            return
        for pending in back:
            self._note(pending, len(pending.indices))
        if self._queue and self._queue[0].first_seq < back[-1].first_seq:
            self._queue = deque(sorted([*back, *self._queue], key=lambda pending: pending.first_seq))
        else:
            self._queue.extendleft(reversed(back))
