"""Incident bundles: an engine as it was seen at one moment, in one file, and the link that shows it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.errors import CommandError, EventError, SwitchboardError
from engine.event import Event
from engine.feed import FeedRecord, Step
from engine.run import Attempt, Batch, Fault, Outcome, Skip, Status
from engine.snapshot import EngineSnapshot

VERSION = 1
"""Of the file's form."""

SIZE_MAX = 100_000_000
"""Bytes of a bundle; we write far less."""

EVENTS_MAX = 20_000
"""Events that a bundle holds; the newest."""

LOG_LINES = 2_000

_SNAPSHOT = TypeAdapter(EngineSnapshot)


class BundleError(SwitchboardError):
    """A file that cannot be shown as an incident bundle."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a bundle holds."""

    snapshot: EngineSnapshot
    records: tuple[FeedRecord, ...]
    configuration: Mapping[str, Any]
    audit: Mapping[str, Any]
    log: Sequence[str]

    def text(self) -> str:
        """The file."""
        records = _newest(self.records)
        batches = {record.batch.first_seq: record.batch for record in records}
        document = {
            "switchboard_bundle": VERSION,
            "snapshot": asdict(self.snapshot),
            "configuration": self.configuration,
            "batches": [_batch_document(batch) for batch in batches.values()],
            "records": [_record_document(record) for record in records],
            "audit": self.audit,
            "log": list(self.log)[-LOG_LINES:],
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read_bundle(path: Path) -> Recording:
    """The recording in a file.

    Raises:
        BundleError: it cannot be read, or is no bundle; the text says why.
    """
    try:
        if path.stat().st_size > SIZE_MAX:
            raise BundleError(f"{path} has more than {SIZE_MAX:,} bytes; it is no incident bundle")
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BundleError(f"{path} is no incident bundle: {error}") from error
    version = document.get("switchboard_bundle") if isinstance(document, dict) else None
    if version != VERSION:
        raise BundleError(f"{path} is no incident bundle of version {VERSION}: it says {version!r}")
    try:
        return _recording(document)
    except ValidationError as error:
        first = error.errors()[0]
        raise BundleError(f"{path} is damaged at {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, EventError) as error:
        raise BundleError(f"{path} is damaged: {type(error).__name__}: {error}") from error


class RecordedLink:
    """A link to what was recorded. Nothing moves, and nothing can be changed."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    async def snapshot(self) -> EngineSnapshot:
        """The engine as it was."""
        return self._recording.snapshot

    async def feed(self, since: int, limit: int = 1_000) -> tuple[FeedRecord, ...]:
        """The recorded records numbered `since` and later, the newest `limit` of them, oldest first."""
        return tuple(record for record in self._recording.records if record.number >= since)[-limit:]

    async def command(self, name: str, /, **_parameters: Any) -> Any:
        """What a recording can answer.

        Raises:
            CommandError: it needs an engine that runs.
        """
        if name == "audit":
            return self._recording.audit
        if name == "configuration":
            return self._recording.configuration
        raise CommandError(409, "This is a recording", "it is looked at only; no engine runs behind it")


def _newest(records: Sequence[FeedRecord]) -> list[FeedRecord]:
    """The newest records whose batches hold at most `EVENTS_MAX` events together, oldest first."""
    kept: list[FeedRecord] = []
    seen: dict[int, int] = {}
    for record in reversed(records):
        seen.setdefault(record.batch.first_seq, len(record.batch))
        if kept and sum(seen.values()) > EVENTS_MAX:
            break
        kept.append(record)
    return kept[::-1]


def _batch_document(batch: Batch) -> dict[str, Any]:
    return {
        "name": batch.name,
        "first_seq": batch.first_seq,
        "raised_at": batch.raised_at,
        "source": batch.source,
        "events": [event.params for event in batch.events],
    }


def _record_document(record: FeedRecord) -> dict[str, Any]:
    return {
        "number": record.number,
        "at": record.at,
        "step": record.step,
        "subscription": record.subscription,
        "batch": record.batch.first_seq,
        "indices": [record.indices.start, record.indices.stop, record.indices.step],
        "member": record.member,
        "skipped": record.skipped,
        "attempts": [
            [one.member, one.at, _outcome_document(one.outcome), one.is_last_resort] for one in record.attempts
        ],
        "outcome": None if record.outcome is None else _outcome_document(record.outcome),
        "took_s": record.took_s,
    }


def _outcome_document(outcome: Outcome) -> list[str | None]:
    return [outcome.status, outcome.reason, outcome.fault]


def _recording(document: Mapping[str, Any]) -> Recording:
    batches = {one["first_seq"]: _batch(one) for one in document["batches"]}
    return Recording(
        snapshot=_SNAPSHOT.validate_python(document["snapshot"]),
        records=tuple(_record(one, batches) for one in document["records"]),
        configuration=dict(document["configuration"]),
        audit={"entries": list(document["audit"]["entries"]), "dropped": int(document["audit"]["dropped"])},
        log=[str(line) for line in document["log"]],
    )


def _batch(document: Mapping[str, Any]) -> Batch:
    name = str(document["name"])
    events = [Event(name, tuple((pair[0], pair[1]) for pair in params)) for params in document["events"]]
    return Batch(name, events, int(document["first_seq"]), float(document["raised_at"]), str(document["source"]))


def _record(document: Mapping[str, Any], batches: Mapping[int, Batch]) -> FeedRecord:
    batch = batches[document["batch"]]
    indices = range(*document["indices"])
    ends = (indices[0], indices[-1]) if indices else (0, 0)
    if min(ends) < 0 or max(ends) >= max(len(batch), 1):
        raise ValueError(f"record {document['number']} tells of events that its batch does not have")
    return FeedRecord(
        number=int(document["number"]),
        at=float(document["at"]),
        step=Step(document["step"]),
        subscription=str(document["subscription"]),
        batch=batch,
        indices=indices,
        member=document["member"],
        skipped=tuple(Skip(int(member), str(reason)) for member, reason in document["skipped"]),
        attempts=tuple(
            Attempt(member, at, _outcome(outcome), is_last) for member, at, outcome, is_last in document["attempts"]
        ),
        outcome=None if document["outcome"] is None else _outcome(document["outcome"]),
        took_s=float(document["took_s"]),
    )


def _outcome(document: Sequence[Any]) -> Outcome:
    status, reason, fault = document
    return Outcome(Status(status), str(reason), None if fault is None else Fault(fault))
