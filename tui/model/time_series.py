"""The past of rates, latencies and queues, kept in memory: by the second, by ten seconds, by the minute. Bounded."""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from typing import NamedTuple, TypeAlias

from engine.view.snapshot import EngineSnapshot, MemberRow, SubscriptionRow

MAX_TRACKS = 120
"""Subscriptions and members that have a past of their own; there is always one of all together."""

MAX_WANTED = 8
"""Those that an operator looked at last have a past before all others."""

MAX_GAP_S = 300
"""A longer silence of the engine is shown as this long."""


AWAKE_S = 2.5
"""A member that took nothing for this long has no latency now."""


class Key(NamedTuple):
    """What a track is about: a subscription, or its member at a place (from 0)."""

    subscription: str = ""
    member: int | None = None


Levels: TypeAlias = Sequence[Sequence[Sequence[float | None]]]
"""A track as plain values, for a file: by level, then by sample, then by measure."""

BUNDLED_TRACKS = 40
"""Tracks that go into an incident bundle: everything, what was looked at last, subscriptions, members."""

EVERYTHING = Key()
"""The track of all subscriptions together."""


class Measure(StrEnum):
    """What is kept, in the order of a sample's values."""

    DELIVERIES = "deliveries a second"
    FAILURES = "failed notifications a second"
    WAITING = "events waiting"
    IN_FLIGHT = "notifications in flight"
    P50 = "latency, half of all"
    P90 = "latency, 90 of 100"
    P99 = "latency, 99 of 100"


_WIDTH = len(Measure)
_RATES = 2
"""The first measures are averaged over time; of the others the highest stands."""

_NOTHING = (math.nan,) * 3
"""Latencies of a second in which nothing was taken."""

_LEVELS: tuple[tuple[int, int, int], ...] = ((1, 300, 10), (10, 360, 6), (60, 1_440, 0))
"""Seconds a sample, samples kept, and how many of them make one of the next level."""

_SLACK = 32
"""Samples by which a level grows over its bound before the oldest are cut off."""


class Track:
    """The past of one thing: flat arrays, as a sample of its own would take four times the memory."""

    def __init__(self) -> None:
        self._kept = [array("f") for _ in _LEVELS]
        self._young = [array("f") for _ in _LEVELS]

    def add(self, sample: array[float]) -> None:
        """Add the sample of a second."""
        for level, (_, bound, merged) in enumerate(_LEVELS):
            kept, young = self._kept[level], self._young[level]
            kept.extend(sample)
            if len(kept) >= (bound + _SLACK) * _WIDTH:
                del kept[: _SLACK * _WIDTH]
            if not merged:
                return
            young.extend(sample)
            if len(young) < merged * _WIDTH:
                return
            sample = _merged(young)
            del young[:]

    def values(self, measure: Measure, span_s: int) -> list[float]:
        """The values of the last `span_s` seconds, oldest first, as finely as they are kept for so long.

        A latency is not a number where nothing was taken.
        """
        index = _PLACES[measure]
        level = _level(span_s)
        wanted = min(span_s // _LEVELS[level][0], _LEVELS[level][1])
        return list(self._kept[level][index::_WIDTH][-wanted:])

    def levels(self) -> Levels:
        """All that is kept, level by level, each sample as plain values; None where there is no number."""
        return [
            [_plain(kept[start : start + _WIDTH]) for start in range(0, len(kept), _WIDTH)][-bound:]
            for (_, bound, _), kept in zip(_LEVELS, self._kept, strict=True)
        ]

    @classmethod
    def of(cls, levels: Levels, without_s: int = 0) -> Track:
        """A track with what `levels` told, without its last `without_s` seconds."""
        track = cls()
        for (each_s, _, _), kept, level in zip(_LEVELS, track._kept, levels, strict=True):
            for sample in level[: max(len(level) - without_s // each_s, 0)]:
                kept.extend(math.nan if value is None else value for value in sample)
        return track


_PLACES = {measure: place for place, measure in enumerate(Measure)}


def _plain(sample: Iterable[float]) -> list[float | None]:
    return [None if math.isnan(value) else float(f"{value:.4g}") for value in sample]


def _level(span_s: int) -> int:
    found = (level for level, (each_s, kept, _) in enumerate(_LEVELS) if each_s * kept >= span_s)
    return next(found, len(_LEVELS) - 1)


def slots(span_s: int) -> int:
    """How many values a whole span has."""
    each_s, kept, _ = _LEVELS[_level(span_s)]
    return min(span_s // each_s, kept)


def _name(key: Key) -> str:
    return key.subscription if key.member is None else f"{key.subscription} {key.member}"


def _key(name: str) -> Key:
    subscription, _, member = name.partition(" ")
    return Key(subscription, int(member) if member else None)


class _Count(NamedTuple):
    """What a thing had done at some moment."""

    taken: int
    failed: int


class _Thing(NamedTuple):
    """What a track is made of, at some moment."""

    done: _Count
    waiting: int
    members: Sequence[MemberRow]
    """Those that took something just now."""
    in_flight: int


class History:
    """The tracks of an engine. Costs a few sums a second for each."""

    def __init__(self) -> None:
        self.version = 0
        """Changes with each second that was added."""
        self.at = 0.0
        """The second that was added last, in monotonic seconds of the engine."""
        self._tracks: dict[Key, Track] = {}
        self._wanted: deque[Key] = deque(maxlen=MAX_WANTED)
        self._is_begun = False
        self._counts: dict[Key, _Count] = {}

    def track(self, key: Key = EVERYTHING) -> Track | None:
        """The past of a subscription, of a member, or of everything; None where none is kept."""
        return self._tracks.get(key)

    def want(self, key: Key) -> None:
        """Somebody looks at this: keep its past from now on, if need be in place of another's."""
        if key not in self._wanted:
            self._wanted.append(key)

    def levels(self) -> dict[str, Levels]:
        """The first tracks as plain values, for an incident bundle."""
        return {_name(key): track.levels() for key, track in islice(self._tracks.items(), BUNDLED_TRACKS)}

    @classmethod
    def of(cls, levels: Mapping[str, Levels], without_s: int = 0) -> History:
        """What `levels` told, without its last `without_s` seconds; goes on with the first snapshot."""
        history = cls()
        history._tracks = {_key(name): Track.of(told, without_s) for name, told in levels.items()}
        return history

    def note(self, snapshot: EngineSnapshot) -> None:
        """Take a snapshot in; one a second counts."""
        total = snapshot.figures.delivered + snapshot.figures.sent
        is_other = total < self._counts.get(EVERYTHING, _Count(0, 0)).taken
        if is_other:
            self._tracks.clear()
        if is_other or not self._is_begun:
            self._is_begun, self.at = True, snapshot.at
            self._counts = {key: thing.done for key, thing in self._things(snapshot)}
            return
        passed = snapshot.at - self.at
        if passed < 1.0:
            return
        things = dict(self._things(snapshot))
        for key in [key for key in self._tracks if key not in things]:
            del self._tracks[key]
        for key, thing in things.items():
            sample = _sample(thing, self._counts.get(key, thing.done), passed)
            self._add(key, sample, int(passed))
        self.at += int(passed)
        self._counts = {key: thing.done for key, thing in things.items()}
        self.version += 1

    def _things(self, snapshot: EngineSnapshot) -> Iterator[tuple[Key, _Thing]]:
        """What has a track, or gets one: everything, what is wanted, subscriptions, then members."""
        rows = {row.id: row for row in snapshot.subscriptions}
        figures = snapshot.figures
        members = [member for row in snapshot.subscriptions for member in row.members]
        count = _Count(figures.delivered + figures.sent, figures.failed)
        yield EVERYTHING, _thing(count, figures.waiting, members, snapshot.at)
        for key in _chosen(snapshot.subscriptions, self._wanted):
            row = rows[key.subscription]
            yield key, _of_row(row, snapshot.at) if key.member is None else _of_member(row, key.member, snapshot.at)

    def _add(self, key: Key, sample: array[float], seconds: int) -> None:
        track = self._tracks.get(key)
        if track is None:
            track = self._tracks[key] = Track()
        for _ in range(min(seconds, MAX_GAP_S)):
            track.add(sample)


def _chosen(rows: Sequence[SubscriptionRow], wanted: Iterable[Key]) -> list[Key]:
    """At most `MAX_TRACKS` keys: what is wanted and still there, all subscriptions, their members."""
    sizes = {row.id: len(row.members) for row in rows}
    chosen = {
        key: None
        for key in wanted
        if key.subscription in sizes and (key.member is None or key.member < sizes[key.subscription])
    }
    for row in rows:
        if len(chosen) < MAX_TRACKS:
            chosen.setdefault(Key(row.id))
    for row in rows:
        for place in range(min(len(row.members), MAX_TRACKS)):
            if len(chosen) >= MAX_TRACKS:
                return list(chosen)
            chosen.setdefault(Key(row.id, place))
    return list(chosen)


def _of_row(row: SubscriptionRow, now: float) -> _Thing:
    count = _Count(row.delivered + row.sent, sum(member.failed for member in row.members))
    return _thing(count, row.waiting, row.members, now)


def _of_member(row: SubscriptionRow, place: int, now: float) -> _Thing:
    member = row.members[place]
    return _thing(_Count(member.delivered + member.sent, member.failed), member.waiting, (member,), now)


def _thing(count: _Count, waiting: int, members: Sequence[MemberRow], now: float) -> _Thing:
    awake = [member for member in members if member.took_at is not None and now - member.took_at < AWAKE_S]
    return _Thing(count, waiting, awake, sum(member.in_flight for member in members))


def _sample(thing: _Thing, before: _Count, passed: float) -> array[float]:
    rates = [max(new - then, 0) / passed for new, then in zip(thing.done, before, strict=True)]
    columns = zip(*(member.latency_now_s for member in thing.members if member.latency_now_s), strict=True)
    slowest = [max(column) for column in columns] or _NOTHING
    return array("f", (*rates, thing.waiting, thing.in_flight, *slowest))


def _merged(young: array[float]) -> array[float]:
    columns = [young[place::_WIDTH] for place in range(_WIDTH)]
    means = [sum(column) / len(column) for column in columns[:_RATES]]
    return array("f", (*means, *(_highest(column) for column in columns[_RATES:])))


def _highest(column: Iterable[float]) -> float:
    return max((value for value in column if not math.isnan(value)), default=math.nan)
