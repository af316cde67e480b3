"""Incident bundles: the last minutes of an engine as its console saw them, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from engine.bounds import Count, Number
from engine.errors import SwitchboardError
from engine.log.handlers import LogLine
from engine.view.answers import Description, MemberInspection, Trail
from engine.view.changes import SnapshotChange, changed
from engine.view.codec import CodecError, decode, decode_plain, typed
from engine.view.records import FeedPage, RaisedBatch, StepRecord
from engine.view.snapshot import EngineSnapshot
from tui.bundle.checks import check_charts, check_described, check_feed, check_inspected, check_past, check_plain
from tui.bundle.masked_json import masked_line
from tui.bundle.old import modern
from tui.bundle.parts import WrittenFeed, WrittenPast, fitting, last_fitting, listed
from tui.model.time_series import History, Levels, Measure, Track
from tui.terminal.safe_text import clean

VERSION = 4
"""Of the file's form. `tui.bundle.old` knows the older ones."""

READABLE = (1, 2, 3, VERSION)

SIZE_MAX = 20_000_000
"""Bytes of a bundle. What would not fit is left out, the oldest first, and counted."""

PAST_MAX = 5_000_000
RECORDS_MAX = 6_000_000
MEMBERS_MAX = 4_000_000
"""What the inspector tells of members."""
DESCRIBED_MAX = 1_000_000
"""What subscriptions are made of."""
LOG_MAX = 1_000_000
CHARTS_MAX = 4_000_000
ROOM_FOR_NAMES = 100_000
"""Bytes of the parts. The audit trail takes less; records have what the others leave."""

READ_MAX = 100_000_000
"""Bytes of a file that is looked at; the first version wrote more at times."""


class BundleError(SwitchboardError):
    """A file that cannot be shown as an incident bundle. What the text quotes of it is safe for a terminal."""

    def __init__(self, text: str) -> None:
        super().__init__(clean(text))


class Recording(Struct, frozen=True):
    """What a bundle holds."""

    past: tuple[EngineSnapshot, ...]
    """At least one snapshot, oldest first; the last shows the end."""
    feed: FeedPage
    configuration: Mapping[str, Any]
    audit: Trail
    log: Sequence[LogLine]
    described: Mapping[str, Description] = {}
    """By the subscription's id."""
    inspected: Mapping[str, Sequence[MemberInspection]] = {}
    """Each member, by the subscription's id."""
    charts: Mapping[str, Levels] = {}
    """The tracks of the charts, up to the end."""
    left_out: Mapping[str, int] = {}
    """How many of what had no room."""

    @property
    def end(self) -> EngineSnapshot:
        """The engine when the bundle was made."""
        return self.past[-1]

    def of_last(self, seconds: float) -> Recording:
        """The same, of the last `seconds`; with the state at their beginning."""
        since, wall = self.end.at - seconds, self.end.wall - seconds
        first = next((at for at, (_, after) in enumerate(pairwise(self.past)) if after.at > since), len(self.past) - 1)
        return replace(
            self,
            past=self.past[first:],
            feed=FeedPage(tuple(one for one in self.feed.records if one.at >= since), self.feed.batches),
            log=[entry for entry in self.log if entry.wall >= wall],
        )

    def text(self) -> str:
        """The file."""
        past = WrittenPast(self.past, PAST_MAX)
        members, lost_members = fitting(self.inspected, MEMBERS_MAX)
        described, lost_subscriptions = fitting(self.described, DESCRIBED_MAX)
        charts, lost_tracks = fitting(self.charts, CHARTS_MAX)
        log = last_fitting(self.log, LOG_MAX)
        parts = {
            "switchboard_bundle": b"%d" % VERSION,
            "configuration": masked_line(self.configuration),
            "past": past.content,
            "described": described,
            "inspected": members,
            "charts": charts,
            "audit": masked_line(self.audit),
            "log": listed(log),
        }
        left = SIZE_MAX - ROOM_FOR_NAMES - sum(map(len, parts.values()))
        feed = WrittenFeed(self.feed, min(left, RECORDS_MAX))
        left_out = {
            "snapshots": past.left_out,
            "records of deliveries": feed.left_out,
            "subscriptions whose members can be inspected": lost_members,
            "subscriptions that can be copied": lost_subscriptions,
            "tracks of the charts": lost_tracks,
            "lines of the log": len(self.log) - len(log),
        }
        counted = {name: count + self.left_out.get(name, 0) for name, count in left_out.items()}
        parts |= {
            "batches": listed(feed.batches),
            "records": listed(feed.records),
            "left_out": masked_line({**self.left_out, **counted}),
        }
        lines = [b'"%s":%s' % (name.encode(), content) for name, content in parts.items()]
        return (b"{" + b",\n".join(lines) + b"}\n").decode()


def missing(recording: Recording) -> tuple[str, ...]:
    """What there was no room for, in a sentence; none when all is there."""
    lost = [f"{count:,} {name}" for name, count in recording.left_out.items() if count]
    return (f"This bundle had no room for {', '.join(lost)}",) if lost else ()


def history_before(recording: Recording) -> History:
    """The charts as they were when the recording begins."""
    return History.of(recording.charts, round(recording.end.at - recording.past[0].at))


_Sample: TypeAlias = Annotated[list[Number | None], Meta(min_length=len(Measure), max_length=len(Measure))]
_LEVELS = len(Track().levels())
_Track: TypeAlias = Annotated[list[list[_Sample]], Meta(min_length=_LEVELS, max_length=_LEVELS)]


class _Head(Struct):
    switchboard_bundle: int


class _File(Struct):
    """The parts of a bundle as they are written."""

    past: tuple[SnapshotChange, ...]
    batches: tuple[RaisedBatch, ...]
    records: tuple[StepRecord, ...]
    configuration: dict[str, Any]
    audit: Trail
    log: tuple[LogLine, ...]
    described: dict[str, Description] = {}
    inspected: dict[str, tuple[MemberInspection, ...]] = {}
    charts: dict[str, _Track] = {}
    left_out: dict[str, Count] = {}


def read_bundle(path: Path) -> Recording:
    """The recording in a file.

    Raises:
        BundleError: it cannot be read, or is no bundle; the text says why.
    """
    try:
        if path.stat().st_size > READ_MAX:
            raise BundleError(f"{path} has more than {READ_MAX:,} bytes; it is no incident bundle")
        content = path.read_bytes()
        version = decode(content, _Head).switchboard_bundle
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}") from error
    except CodecError as error:
        raise BundleError(f"{path} is no incident bundle: {error}") from error
    if version not in READABLE:
        known = ", ".join(map(str, READABLE))
        raise BundleError(f"{path} is no incident bundle of version {known}; it says {version!r}")
    try:
        file = decode(content, _File) if version == VERSION else typed(modern(decode_plain(content)), _File)
        return _recording(file)
    except (CodecError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{path} is damaged: {_reason(error)}") from error


def _recording(file: _File) -> Recording:
    past: list[EngineSnapshot] = []
    for change in file.past:
        past.append(changed(past[-1] if past else None, change))
    recording = Recording(
        past=tuple(past),
        feed=FeedPage(file.records, file.batches),
        configuration=file.configuration,
        audit=file.audit,
        log=file.log,
        described=file.described,
        inspected=file.inspected,
        charts=file.charts,
        left_out=file.left_out,
    )
    check_past(recording.past)
    check_feed(recording.feed)
    check_described(recording.described)
    check_inspected(recording.inspected)
    check_charts(recording.charts)
    check_plain(recording.configuration, "configuration")
    return recording


def _reason(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)
