"""What events take in memory, about; and events whose long texts are cut, for what is kept only to be looked at."""

from __future__ import annotations

import marshal
from collections.abc import Sequence

from engine.event import Event, Param

COUNTED_MAX = 128
"""Of so many events each is counted; of more, some, spread evenly. A request to MI has a megabyte at most, so what is
missed is at most that for each batch larger than this."""

SAMPLES = 16

SMALL = 1_024
"""Where those that were looked at take more than this each, in bytes, all are counted."""

QUEUE_BYTES = 64 << 20
"""Bytes that may wait in a queue, about, where nothing else is said."""

FULL = 7 / 8
"""Share of these from which on a queue counts as full; only what is beyond all of them is refused. The rest is for what
comes before that is heard."""

LONG_TEXT = 4_096
"""Characters that are kept of a text."""

BIG = 65_536
"""Bytes from which on a batch's texts are looked at, whether they are long."""


class CutText(str):
    """The beginning of a text. `whole` is how many bytes it had."""

    whole: int

    @property
    def words(self) -> str:
        """For people: the beginning, and that it was cut."""
        return f"{self}… (cut, {self.whole:,} bytes)"


def size_of(events: Sequence[Event]) -> int:
    """Bytes that the parameters of events take. Work for one look a batch, not for one an event."""
    count = len(events)
    if count > COUNTED_MAX:
        step = count // SAMPLES
        looked_at = [event.params for event in events[::step]]
        each = _counted(looked_at) // len(looked_at)
        if each <= SMALL:
            return each * count
    return _counted([event.params for event in events])


def _counted(params: list[tuple[Param, ...]]) -> int:
    try:
        return len(marshal.dumps(params))
    except ValueError:  # kinds of text of somebody's own, as `CutText` is
        return sum(len(str(name)) + len(str(value)) for one in params for name, value in one)


def cut(events: Sequence[Event]) -> Sequence[Event]:
    """The events with long texts cut; the same when there are none."""
    if not any(_has_long_text(event) for event in events):
        return events
    return [Event(event.name, tuple(map(_cut, event.params))) for event in events]


def _has_long_text(event: Event) -> bool:
    return any(isinstance(value, str) and len(value) > LONG_TEXT for _, value in event.params)


def _cut(param: Param) -> Param:
    name, value = param
    if not isinstance(value, str) or len(value) <= LONG_TEXT:
        return param
    kept = CutText(value[:LONG_TEXT])
    kept.whole = len(value.encode("utf-8", "surrogateescape"))
    return name, kept
