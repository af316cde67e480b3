"""The past of rates, latencies and queues, kept in memory: by the second, by ten seconds, by the minute. Bounded."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from engine.snapshot import EngineSnapshot, SubscriptionRow

MAX_TRACKS = 40
"""Subscriptions that have a past of their own; there is always one of all together."""

MAX_GAP_S = 300
"""A longer silence of the engine is shown as this long."""

EVERYTHING = ""
"""The track of all subscriptions together."""


class Measure(StrEnum):
    """What is kept, in the order of a sample's values."""

    DELIVERIES = "deliveries a second"
    FAILURES = "failed notifications a second"
    WAITING = "events waiting"
    P50 = "latency, half of all"
    P99 = "latency, 99 of 100"


_RATES = 2
"""The first measures are averaged over time; of the others the highest stands."""

_LEVELS: tuple[tuple[int, int, int], ...] = ((1, 300, 10), (10, 360, 6), (60, 1_440, 0))
"""Seconds a sample, samples kept, and how many of them make one of the next level."""


class Track:
    """The past of one thing."""

    def __init__(self) -> None:
        self._kept: list[deque[array[float]]] = [deque(maxlen=kept) for _, kept, _ in _LEVELS]
        self._young: list[list[array[float]]] = [[] for _ in _LEVELS]

    def add(self, sample: array[float]) -> None:
        """Add the sample of a second."""
        for level, (_, _, merged) in enumerate(_LEVELS):
            self._kept[level].append(sample)
            young = self._young[level]
            young.append(sample)
            if not merged or len(young) < merged:
                if not merged:
                    young.clear()
                return
            sample = _merged(young)
            young.clear()

    def values(self, measure: Measure, span_s: int) -> list[float]:
        """The values of the last `span_s` seconds, oldest first, as finely as they are kept for so long."""
        index = list(Measure).index(measure)
        level = next(
            (level for level, (each_s, kept, _) in enumerate(_LEVELS) if each_s * kept >= span_s), len(_LEVELS) - 1
        )
        wanted = span_s // _LEVELS[level][0]
        return [sample[index] for sample in self._kept[level]][-wanted:]

    def levels(self) -> list[list[list[float]]]:
        """All that is kept, level by level, as plain values."""
        return [[[float(f"{value:.4g}") for value in sample] for sample in level] for level in self._kept]

    @classmethod
    def of(cls, levels: Sequence[Sequence[Sequence[float]]], without_s: int = 0) -> Track:
        """A track with what `levels` told, without its last `without_s` seconds."""
        track = cls()
        for (each_s, _, _), kept, level in zip(_LEVELS, track._kept, levels, strict=True):
            kept.extend(array("f", sample) for sample in level[: max(len(level) - without_s // each_s, 0)])
        return track


def slots(span_s: int) -> int:
    """How many values a whole span has."""
    return next((span_s // each_s for each_s, kept, _ in _LEVELS if each_s * kept >= span_s), _LEVELS[-1][1])


class History:
    """The tracks of an engine. Costs a few sums a second."""

    def __init__(self) -> None:
        self.version = 0
        """Changes with each second that was added."""
        self._tracks: dict[str, Track] = {}
        self._at: float | None = None
        self._counters: dict[str, tuple[int, int]] = {}

    def track(self, subscription: str = EVERYTHING) -> Track | None:
        """The past of a subscription, or of everything; None where none is kept."""
        return self._tracks.get(subscription)

    def levels(self) -> dict[str, list[list[list[float]]]]:
        """Every track as plain values, for an incident bundle."""
        return {name: track.levels() for name, track in self._tracks.items()}

    @classmethod
    def of(cls, levels: Mapping[str, Sequence[Sequence[Sequence[float]]]], without_s: int = 0) -> History:
        """What `levels` told, without its last `without_s` seconds; goes on with the first snapshot."""
        history = cls()
        history._tracks = {name: Track.of(told, without_s) for name, told in levels.items()}
        return history

    def note(self, snapshot: EngineSnapshot) -> None:
        """Take a snapshot in; one a second counts."""
        now = {row.id: row for row in snapshot.subscriptions}
        counters = {row.id: _counted(row) for row in snapshot.subscriptions}
        figures = snapshot.figures
        counters[EVERYTHING] = (figures.delivered + figures.sent, figures.failed)
        is_other = counters[EVERYTHING][0] < self._counters.get(EVERYTHING, (0, 0))[0]
        if is_other:
            self._tracks.clear()
        if self._at is None or is_other:
            self._at, self._counters = snapshot.at, counters
            return
        passed = snapshot.at - self._at
        if passed < 1.0:
            return
        for name in [name for name in self._tracks if name and name not in now]:
            del self._tracks[name]
        for name in (EVERYTHING, *now):
            rows = snapshot.subscriptions if name == EVERYTHING else (now[name],)
            waiting = figures.waiting if name == EVERYTHING else now[name].waiting
            self._add(name, _sample(counters[name], self._counters.get(name), passed, waiting, rows), int(passed))
        self._at += int(passed)
        self._counters = counters
        self.version += 1

    def _add(self, name: str, sample: array[float], seconds: int) -> None:
        track = self._tracks.get(name)
        if track is None:
            if len(self._tracks) > MAX_TRACKS:
                return
            track = self._tracks[name] = Track()
        for _ in range(min(seconds, MAX_GAP_S)):
            track.add(sample)


def _counted(row: SubscriptionRow) -> tuple[int, int]:
    return row.delivered + row.sent, sum(member.failed for member in row.members)


def _sample(
    now: tuple[int, int], before: tuple[int, int] | None, passed: float, waiting: int, rows: Iterable[SubscriptionRow]
) -> array[float]:
    old = now if before is None else before
    members = [member for row in rows for member in row.members]
    p50 = max((member.latency_p50_s or 0.0 for member in members), default=0.0)
    p99 = max((member.latency_p99_s or 0.0 for member in members), default=0.0)
    rates = [max(new - then, 0) / passed for new, then in zip(now, old, strict=True)]
    return array("f", (*rates, waiting, p50, p99))


def _merged(samples: Sequence[array[float]]) -> array[float]:
    columns = list(zip(*samples, strict=True))
    means = [sum(column) / len(column) for column in columns[:_RATES]]
    return array("f", (*means, *(max(column) for column in columns[_RATES:])))
