"""Figures that cost nothing to keep: counters and latency histograms, both fed by runs and not by events."""

from __future__ import annotations

from dataclasses import dataclass

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

    def percentile(self, share: float) -> float | None:
        """The latency in seconds below which `share` (0 to 1) of the notifications lie; None when there are none."""
        wanted = share * self.total
        seen = 0
        for bucket in sorted(self._counts):
            seen += self._counts[bucket]
            if seen >= wanted:
                return _upper_edge(bucket) / 1e6
        return None

    def buckets(self) -> list[tuple[float, int]]:
        """How many notifications took less than each of some latencies in seconds, and no less than the one before."""
        return [(_upper_edge(bucket) / 1e6, self._counts[bucket]) for bucket in sorted(self._counts)]


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

    def add(self, other: DeliveryCounters) -> None:
        """Add another's figures to these."""
        self.taken += other.taken
        self.delivered += other.delivered
        self.sent += other.sent
        self.undelivered += other.undelivered

    @property
    def waiting(self) -> int:
        """Deliveries that have not ended."""
        return self.taken - self.delivered - self.sent - self.undelivered
