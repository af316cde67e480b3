"""The parts of an incident bundle as JSON, each with as much as has room; what has not is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.view.changes import change_between
from engine.view.codec import encode
from engine.view.records import FeedPage
from engine.view.snapshot import EngineSnapshot
from tui.bundle.masked_json import masked_line
from tui.model.snapshots import coarsest

EVENTS_MAX = 20_000
"""Events that a bundle holds; the newest."""


class WrittenPast:
    """Snapshots as JSON of at most `size_max` bytes, as far as leaving some out helps; at least one is needed."""

    def __init__(self, snapshots: Sequence[EngineSnapshot], size_max: int) -> None:
        kept = list(snapshots)
        lines = _changes(kept)
        while (share := sum(map(len, lines)) / size_max) > 1 and len(kept) > 2:
            for _ in range(max(round(len(kept) * (1 - 1 / share)), 1)):
                if len(kept) > 2:
                    del kept[coarsest(kept)]
            lines = _changes(kept)
        self.left_out = len(snapshots) - len(kept)
        self.content = listed(lines)


class WrittenFeed:
    """The newest records, and the batches that they tell of, one a line; oldest first."""

    def __init__(self, page: FeedPage, size_max: int) -> None:
        self.records: list[bytes] = []
        self.batches: list[bytes] = []
        batches, written = page.by_seq(), set[int]()
        events = size = 0
        for record in reversed(page.records):
            line = masked_line(record)
            is_new = record.first_seq not in written
            batch = encode(batches[record.first_seq]) if is_new else b""
            events += len(batches[record.first_seq].params) if is_new else 0
            size += len(line) + len(batch)
            if size > size_max or (self.records and events > EVENTS_MAX):
                break
            self.records.append(line)
            if is_new:
                written.add(record.first_seq)
                self.batches.append(batch)
        self.left_out = len(page.records) - len(self.records)
        self.records.reverse()


def listed(lines: Iterable[bytes]) -> bytes:
    """An array of what is JSON already."""
    return b"[\n" + b",\n".join(lines) + b"]"


def fitting(told: Mapping[str, Any], size_max: int) -> tuple[bytes, int]:
    """As much of a mapping as has room, as JSON; and how much has not.

    Item by item: the encoder of all at once would let no other thread run meanwhile.
    """
    lines: list[bytes] = []
    for name, value in told.items():
        line = masked_line(name) + b":" + masked_line(value)
        size_max -= len(line)
        if size_max >= 0:
            lines.append(line)
    return b"{" + b",\n".join(lines) + b"}", len(told) - len(lines)


def last_fitting(entries: Sequence[Any], size_max: int) -> list[bytes]:
    """The last of some entries that have room."""
    lines: list[bytes] = []
    for entry in reversed(entries):
        line = masked_line(entry)
        size_max -= len(line)
        if size_max < 0:
            break
        lines.append(line)
    return lines[::-1]


def _changes(snapshots: Sequence[EngineSnapshot]) -> list[bytes]:
    before: EngineSnapshot | None = None
    lines = []
    for snapshot in snapshots:
        lines.append(masked_line(change_between(before, snapshot)))
        before = snapshot
    return lines
