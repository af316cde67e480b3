"""Incident bundles: the last minutes of an engine as its console saw them, in one file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.errors import EventError, SwitchboardError
from engine.feed import FeedRecord
from engine.view.snapshot import EngineSnapshot
from tui.bundle.form import AUDIT, CHARTS, CONFIGURATION, DESCRIBED, INSPECTED, LEFT_OUT, LINES, LOG, loaded, validated
from tui.bundle.masked_json import json_line, size_of
from tui.bundle.records import WrittenRecords, read_records
from tui.bundle.snapshots import WrittenPast, read_past, read_snapshot
from tui.model.time_series import History, Levels
from tui.terminal.safe_text import clean

VERSION = 3
"""Of the file's form. The first had one snapshot, the log as text, and nothing to inspect; the second told batches
apart by their first event alone. Both can still be read."""

READABLE = (1, 2, VERSION)

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


@dataclass(frozen=True, slots=True)
class Recording:
    """What a bundle holds."""

    past: tuple[EngineSnapshot, ...]
    """At least one snapshot, oldest first; the last shows the end."""
    records: tuple[FeedRecord, ...]
    configuration: Mapping[str, Any]
    audit: Mapping[str, Any]
    log: Sequence[Mapping[str, Any]]
    """Entries as `log_since` tells them."""
    described: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What `describe_subscription` told, by id."""
    inspected: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """What `inspect_member` told of each member, by the subscription's id."""
    charts: Mapping[str, Levels] = field(default_factory=dict)
    """The tracks of the charts, up to the end."""
    left_out: Mapping[str, int] = field(default_factory=dict)
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
            records=tuple(record for record in self.records if record.at >= since),
            log=[entry for entry in self.log if entry["wall"] >= wall],
        )

    def text(self) -> str:
        """The file."""
        past = WrittenPast(self.past, PAST_MAX)
        members, lost_members = _fitting(self.inspected, MEMBERS_MAX)
        described, lost_subscriptions = _fitting(self.described, DESCRIBED_MAX)
        charts, lost_tracks = _fitting(self.charts, CHARTS_MAX)
        log = _last_fitting(self.log, LOG_MAX)
        parts = {
            "switchboard_bundle": str(VERSION),
            "configuration": json_line(self.configuration),
            "past": past.text,
            "described": described,
            "inspected": members,
            "charts": charts,
            "audit": json_line(self.audit),
            "log": _listed(log),
        }
        left = SIZE_MAX - ROOM_FOR_NAMES - sum(map(size_of, parts.values()))
        records = WrittenRecords(self.records, min(left, RECORDS_MAX))
        left_out = {
            "snapshots": past.left_out,
            "records of deliveries": records.left_out,
            "subscriptions whose members can be inspected": lost_members,
            "subscriptions that can be copied": lost_subscriptions,
            "tracks of the charts": lost_tracks,
            "lines of the log": len(self.log) - len(log),
        }
        counted = {name: count + self.left_out.get(name, 0) for name, count in left_out.items()}
        parts |= {
            "batches": _listed(records.batches),
            "records": _listed(records.records),
            "left_out": json_line({**self.left_out, **counted}),
        }
        return "{" + ",\n".join(f'"{name}":{text}' for name, text in parts.items()) + "}\n"


def missing(recording: Recording) -> tuple[str, ...]:
    """What there was no room for, in a sentence; none when all is there."""
    lost = [f"{count:,} {name}" for name, count in recording.left_out.items() if count]
    return (f"This bundle had no room for {', '.join(lost)}",) if lost else ()


def history_before(recording: Recording) -> History:
    """The charts as they were when the recording begins."""
    return History.of(recording.charts, round(recording.end.at - recording.past[0].at))


def read_bundle(path: Path) -> Recording:
    """The recording in a file.

    Raises:
        BundleError: it cannot be read, or is no bundle; the text says why.
    """
    try:
        if path.stat().st_size > READ_MAX:
            raise BundleError(f"{path} has more than {READ_MAX:,} bytes; it is no incident bundle")
        document = loaded(path.read_bytes())
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}") from error
    except RecursionError:
        raise BundleError(f"{path} is no incident bundle: too many lists or mappings in each other") from None
    except ValueError as error:
        raise BundleError(f"{path} is no incident bundle: {error}") from error
    version = document.get("switchboard_bundle") if isinstance(document, dict) else None
    if version not in READABLE:
        known = ", ".join(map(str, READABLE))
        raise BundleError(f"{path} is no incident bundle of version {known}; it says {version!r}")
    try:
        return _first_version(document) if version == 1 else _later_version(document)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, EventError) as error:
        raise BundleError(f"{path} is damaged: {_reason(error)}") from error


def _later_version(document: Mapping[str, Any]) -> Recording:
    past = read_past(document["past"])
    if not past:
        raise ValueError("it holds no snapshot")
    return Recording(
        past=past,
        records=read_records(document),
        configuration=validated(CONFIGURATION, document["configuration"], "configuration"),
        audit=validated(AUDIT, document["audit"], "audit"),
        log=validated(LOG, document["log"], "log"),
        described=validated(DESCRIBED, document["described"], "described"),
        inspected=validated(INSPECTED, document["inspected"], "inspected"),
        charts=validated(CHARTS, document["charts"], "charts"),
        left_out=validated(LEFT_OUT, document["left_out"], "left_out"),
    )


def _first_version(document: Mapping[str, Any]) -> Recording:
    snapshot = read_snapshot(document["snapshot"])
    lines = enumerate(validated(LINES, document["log"], "log"), 1)
    return Recording(
        past=(snapshot,),
        records=read_records(document),
        configuration=validated(CONFIGURATION, document["configuration"], "configuration"),
        audit=validated(AUDIT, document["audit"], "audit"),
        log=[
            {"number": number, "wall": snapshot.wall, "level": 20, "logger": "", "text": line} for number, line in lines
        ],
    )


def _reason(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def _listed(texts: Iterable[str]) -> str:
    return "[\n" + ",\n".join(texts) + "]"


def _fitting(told: Mapping[str, Any], size_max: int) -> tuple[str, int]:
    """As much of a mapping as has room, as JSON; and how much has not.

    Item by item: the encoder of all at once would let no other thread run meanwhile.
    """
    texts: list[str] = []
    for name, value in told.items():
        text = f"{json_line(name)}:{json_line(value)}"
        size_max -= size_of(text)
        if size_max >= 0:
            texts.append(text)
    return "{" + ",\n".join(texts) + "}", len(told) - len(texts)


def _last_fitting(entries: Sequence[Any], size_max: int) -> list[str]:
    texts: list[str] = []
    for entry in reversed(entries):
        text = json_line(entry)
        size_max -= size_of(text)
        if size_max < 0:
            break
        texts.append(text)
    return texts[::-1]
