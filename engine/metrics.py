"""Figures that cost nothing to keep: counters and latency histograms, both fed by runs and not by events."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

SUB_BUCKETS = 8
"""Buckets per power of two: a percentile is right to about 12 %."""


class LatencyHistogram:
    """Latencies from a microsecond upwards, in buckets that grow with the value; bounded in size."""

    __slots__ = ("_counts", "total")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self.total = 0

    def record(self, seconds: float, count: int = 1) -> None:
        """Count `count` notifications that took `seconds`."""
        bucket = _bucket(int(seconds * 1e6))
        self._counts[bucket] = self._counts.get(bucket, 0) + count
        self.total += count

    def add(self, counts: Mapping[int, int]) -> None:
        """Count what another one's buckets hold."""
        for bucket, count in counts.items():
            self._counts[bucket] = self._counts.get(bucket, 0) + count
            self.total += count

    @property
    def counts(self) -> Mapping[int, int]:
        """How many fell into each bucket."""
        return self._counts

    def percentile(self, share: float) -> float | None:
        """The latency in seconds below which `share` (0 to 1) of the notifications lie; None when there are none."""
        return percentiles(self._counts, (share,))[0] if self._counts else None

    def buckets(self) -> list[tuple[float, int]]:
        """How many notifications took less than each of some latencies in seconds, and no less than the one before."""
        return [(_upper_edge(bucket) / 1e6, self._counts[bucket]) for bucket in sorted(self._counts)]


def percentiles(counts: Mapping[int, int], shares: Sequence[float]) -> tuple[float, ...]:
    """The latencies in seconds below which these shares (0 to 1, rising) lie; none where nothing was counted."""
    total, seen = sum(counts.values()), 0
    edges: list[float] = []
    for bucket in sorted(counts):
        seen += counts[bucket]
        while len(edges) < len(shares) and seen >= shares[len(edges)] * total:
            edges.append(_upper_edge(bucket) / 1e6)
    return tuple(edges)


FRESH_S = 2.0
"""What happens now is what happened in this time, and in the same time before it."""

SLOT_S = 20.0
RECENT_S = 60.0
"""Of the last minute, slots of twenty seconds are kept."""


class Recent(NamedTuple):
    """A member's latencies of late, in seconds."""

    p50_s: float | None
    p99_s: float | None
    """Of the last minute in which anything was taken."""
    now_s: tuple[float, ...]
    """p50, p90 and p99 of the last seconds in which anything was taken; empty before."""
    taken: int
    """Notifications that were taken in the last minute."""
    last_at: float | None
    """When it took the last one, in monotonic seconds."""


class Latencies:
    """A member's latencies since its start and of late. Paid by the run; what is read is worked out when it is."""

    __slots__ = ("_before", "_fresh", "_fresh_until", "_past", "_slots", "_whole", "last_at")

    def __init__(self) -> None:
        self._whole = LatencyHistogram()
        self._slots: deque[tuple[float, LatencyHistogram]] = deque()
        self._past: dict[int, int] | None = None
        """All slots together; None until somebody looks."""
        self._before: dict[int, int] = {}
        self._fresh: dict[int, int] = {}
        self._fresh_until = 0.0
        self.last_at: float | None = None
        """When the last one ended."""

    def record(self, seconds: float, now: float, count: int = 1) -> None:
        """Count `count` notifications that took `seconds` and ended at `now` (monotonic)."""
        if now >= self._fresh_until:
            self._turn(now)
        self.last_at = now
        bucket = _bucket(int(seconds * 1e6))
        self._fresh[bucket] = self._fresh.get(bucket, 0) + count

    def whole(self) -> LatencyHistogram:
        """All of them since the start."""
        made = LatencyHistogram()
        made.add(self._whole.counts)
        made.add(self._fresh)
        return made

    def recent(self, now: float) -> Recent:
        """Those of late, as they are at `now` (monotonic)."""
        if not self._fresh:
            return _NEVER
        if self._past is None:
            self._past = _together(*(slot.counts for _, slot in self._slots))
        p50, p99 = percentiles(_together(self._past, self._fresh), (0.5, 0.99))
        fresh = percentiles(_together(self._before, self._fresh), (0.5, 0.9, 0.99))
        taken = sum(slot.total for since, slot in self._slots if since > now - RECENT_S)
        if self._fresh_until > now - RECENT_S:
            taken += sum(self._fresh.values())
        return Recent(p50, p99, fresh, taken, self.last_at)

    def _turn(self, now: float) -> None:
        """Begin anew, and put what was fresh where it belongs."""
        since = self._fresh_until - FRESH_S
        if self._fresh:
            self._whole.add(self._fresh)
            slot = since // SLOT_S * SLOT_S  # at the same moments for every member, so that their shares add up
            if not self._slots or self._slots[-1][0] != slot:
                self._slots.append((slot, LatencyHistogram()))
            self._slots[-1][1].add(self._fresh)
        while self._slots and self._slots[0][0] <= now - RECENT_S:
            self._slots.popleft()
        self._past = None
        self._before = self._fresh if now - self._fresh_until < FRESH_S else {}
        self._fresh = {}
        self._fresh_until = now + FRESH_S


def _together(*parts: Mapping[int, int]) -> dict[int, int]:
    made = dict(parts[0]) if parts else {}
    for part in parts[1:]:
        for bucket, count in part.items():
            made[bucket] = made.get(bucket, 0) + count
    return made


_NEVER = Recent(None, None, (), 0, None)


def _bucket(micros: int) -> int:
    if micros < SUB_BUCKETS:
        return max(micros, 0)
    shift = micros.bit_length() - SUB_BUCKETS.bit_length()
    return (shift + 1) * SUB_BUCKETS + (micros >> shift) - SUB_BUCKETS


def _upper_edge(bucket: int) -> int:
    if bucket < SUB_BUCKETS:
        return bucket + 1
    shift, rest = divmod(bucket, SUB_BUCKETS)
    return (SUB_BUCKETS + rest + 1) << (shift - 1)


@dataclass(slots=True)
class MemberCounters:
    """What became of a member's notifications."""

    delivered: int = 0
    sent: int = 0
    failed: int = 0
    refused: int = 0


@dataclass(slots=True)
class DeliveryCounters:
    """What became of deliveries (event x subscription), of one subscription or of ended ones."""

    taken: int = 0
    delivered: int = 0
    sent: int = 0
    undelivered: int = 0
    copies: int = 0
    """Events given to another member, or once more, although one may have taken them: possible copies."""

    def add(self, other: DeliveryCounters) -> None:
        """Add another's figures to these."""
        self.taken += other.taken
        self.delivered += other.delivered
        self.sent += other.sent
        self.undelivered += other.undelivered
        self.copies += other.copies

    @property
    def waiting(self) -> int:
        """Deliveries that have not ended."""
        return self.taken - self.delivered - self.sent - self.undelivered
