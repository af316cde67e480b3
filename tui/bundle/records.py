"""Records of the feed in an incident bundle: written down with their events, and read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from engine.event import Event, Value
from engine.feed import FeedRecord, Step
from engine.run import Attempt, Batch, Fault, Outcome, Skip, Status
from engine.sizes import CutText
from tui.bundle.form import BATCHES, RECORDS, BatchForm, RecordForm, validated
from tui.bundle.masked_json import json_line, size_of

EVENTS_MAX = 20_000
"""Events that a bundle holds; the newest."""


class WrittenRecords:
    """The newest records, and the batches that they tell of, as JSON texts; oldest first."""

    def __init__(self, records: Sequence[FeedRecord], size_max: int) -> None:
        self.records: list[str] = []
        self.batches: list[str] = []
        numbers: dict[int, int] = {}
        """Of the batches in the file, by identity: a part of a batch can begin with the same event as the whole."""
        events = size = 0
        for record in reversed(records):
            number = numbers.setdefault(id(record.batch), len(numbers))
            text = json_line(_record_document(record, number))
            is_new = number == len(self.batches)
            batch = json_line(_batch_document(record.batch, number), is_masked=False) if is_new else ""
            events += len(record.batch) if batch else 0
            size += size_of(text) + size_of(batch)
            if size > size_max or (self.records and events > EVENTS_MAX):
                break
            self.records.append(text)
            if batch:
                self.batches.append(batch)
        self.left_out = len(records) - len(self.records)
        self.records.reverse()


def read_records(document: Mapping[str, Any]) -> tuple[FeedRecord, ...]:
    """The records of a bundle.

    Raises:
        KeyError, TypeError, ValueError, EventError: they are not what was written.
    """
    batches = {
        one.get("number", one["first_seq"]): _batch(one) for one in validated(BATCHES, document["batches"], "batches")
    }
    records = tuple(_record(one, batches) for one in validated(RECORDS, document["records"], "records"))
    if any(later.number <= earlier.number for earlier, later in pairwise(records)):
        raise ValueError("the records are not in the order of their numbers")
    return records


def _batch_document(batch: Batch, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "name": batch.name,
        "first_seq": batch.first_seq,
        "raised_at": batch.raised_at,
        "source": batch.source,
        "events": [[(name, _written(value)) for name, value in event.params] for event in batch.events],
    }


def _written(value: Value) -> Value:
    return value.words if isinstance(value, CutText) else value


def _record_document(record: FeedRecord, batch: int) -> dict[str, Any]:
    return {
        "number": record.number,
        "at": record.at,
        "step": record.step,
        "subscription": record.subscription,
        "batch": batch,
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


def _batch(form: BatchForm) -> Batch:
    name = form["name"]
    events = [Event.checked(name, [(key, value) for key, value in params]) for params in form["events"]]
    return Batch(name, events, form["first_seq"], form["raised_at"], form["source"])


def _record(form: RecordForm, batches: Mapping[int, Batch]) -> FeedRecord:
    number, step, member = form["number"], Step(form["step"]), form["member"]
    batch = batches.get(form["batch"])
    if batch is None:
        raise ValueError(f"record {number} tells of batch {form['batch']}, which is not there")
    indices = range(*form["indices"])
    if indices and (min(indices[0], indices[-1]) < 0 or max(indices[0], indices[-1]) >= len(batch)):
        raise ValueError(f"record {number} tells of events that its batch does not have")
    outcome = None if form["outcome"] is None else _outcome(form["outcome"])
    if (outcome is None and step in {Step.SETTLED, Step.ENDED}) or (member is None and step is Step.SETTLED):
        raise ValueError(f"record {number} does not tell how it was {step}, or by whom")
    if member is None and outcome is not None and outcome.answer is not None:
        raise ValueError(f"record {number} has an answer of nobody")
    return FeedRecord(
        number=number,
        at=form["at"],
        step=step,
        subscription=form["subscription"],
        batch=batch,
        indices=indices,
        member=member,
        skipped=tuple(Skip(*skip) for skip in form["skipped"]),
        attempts=tuple(Attempt(tried, at, _outcome(ended), is_last) for tried, at, ended, is_last in form["attempts"]),
        outcome=outcome,
        took_s=form["took_s"],
    )


def _outcome(form: Sequence[Any]) -> Outcome:
    status, reason, fault, *answer = form
    told = bytes.fromhex(answer[0]) if answer else None
    return Outcome(Status(status), str(reason), None if fault is None else Fault(fault), told)
