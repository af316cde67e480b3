"""Records of the feed in an incident bundle: written down with their events, and read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.event import Event
from engine.feed import FeedRecord, Step
from engine.run import Attempt, Batch, Fault, Outcome, Skip, Status
from tui.masking import as_json, size_of

EVENTS_MAX = 20_000
"""Events that a bundle holds; the newest."""


class WrittenRecords:
    """The newest records, and the batches that they tell of, as JSON texts; oldest first."""

    def __init__(self, records: Sequence[FeedRecord], size_max: int) -> None:
        self.records: list[str] = []
        self.batches: dict[int, str] = {}
        events = size = 0
        for record in reversed(records):
            number, text = record.batch.first_seq, as_json(_record_document(record))
            batch = "" if number in self.batches else as_json(_batch_document(record.batch), is_masked=False)
            events += len(record.batch) if batch else 0
            size += size_of(text) + size_of(batch)
            if size > size_max or (self.records and events > EVENTS_MAX):
                break
            self.records.append(text)
            if batch:
                self.batches[number] = batch
        self.left_out = len(records) - len(self.records)
        self.records.reverse()


def read_records(document: Mapping[str, Any]) -> Iterator[FeedRecord]:
    """The records of a bundle.

    Raises:
        KeyError, TypeError, ValueError, EventError: they are not what was written.
    """
    batches = {one["first_seq"]: _batch(one) for one in document["batches"]}
    return (_record(one, batches) for one in document["records"])


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
    answer = [] if outcome.answer is None else [outcome.answer.hex()]
    return [outcome.status, outcome.reason, outcome.fault, *answer]


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
    status, reason, fault, *answer = document
    told = bytes.fromhex(answer[0]) if answer else None
    return Outcome(Status(status), str(reason), None if fault is None else Fault(fault), told)
