"""What the console counts on in a bundle, and types do not say: a file from elsewhere may hold anything.

Each check raises ValueError, with the place and what is wrong there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.bounds import NUMBER_MAX
from engine.errors import EventError
from engine.event import Event
from engine.feed import Step
from engine.options import SubscriptionOptions
from engine.view.answers import Description, MemberInspection
from engine.view.records import FeedPage, RaisedBatch, StepRecord
from engine.view.snapshot import EngineSnapshot, MemberRow
from engine.wire.formats import format_of
from tui.model.time_series import Measure

DEPTH_MAX = 20
"""Of lists and mappings in each other, where their form is not known."""

_LATENCIES = (Measure.P50, Measure.P90, Measure.P99)
_OPTIONS = {one.name for one in fields(SubscriptionOptions)}


def check_past(past: tuple[EngineSnapshot, ...]) -> None:
    """Of snapshots: at least one, in their order, with members that are complete."""
    if not past:
        raise ValueError("it holds no snapshot")
    if any(later.at < earlier.at for earlier, later in pairwise(past)):
        raise ValueError("the snapshots are not in the order of their times")
    seen: set[int] = set()
    for snapshot in past:
        for row in snapshot.subscriptions:
            if id(row) not in seen:  # most are those of the snapshot before
                seen.add(id(row))
                for place, member in enumerate(row.members):
                    _check_member(member, place, f"member {place + 1} of {row.id!r}")


def _check_member(member: MemberRow, place: int, where: str) -> None:
    if member.index != place:
        raise ValueError(f"{where} has the index {member.index}")
    if len(member.latency_now_s) not in {0, len(_LATENCIES)}:
        raise ValueError(f"{where} has {len(member.latency_now_s)} latencies")
    if member.error is not None and member.error_at is None:
        raise ValueError(f"{where} has an error without its time")


def check_feed(page: FeedPage) -> None:
    """Of records: in their order, of events that are there, with ends that say how."""
    batches = page.by_seq()
    for batch in page.batches:
        _check_batch(batch)
    if any(later.number <= earlier.number for earlier, later in pairwise(page.records)):
        raise ValueError("the records are not in the order of their numbers")
    for record in page.records:
        _check_record(record, batches.get(record.first_seq))


def _check_batch(batch: RaisedBatch) -> None:
    for params in batch.params:
        try:
            Event.checked(batch.name, params)
        except EventError as error:
            raise ValueError(f"batch {batch.first_seq}: {error}") from error


def _check_record(record: StepRecord, batch: RaisedBatch | None) -> None:
    number, step, indices = record.number, record.step, record.indices
    if batch is None:
        raise ValueError(f"record {number} tells of batch {record.first_seq}, which is not there")
    if indices and (min(indices[0], indices[-1]) < 0 or max(indices[0], indices[-1]) >= len(batch.params)):
        raise ValueError(f"record {number} tells of events that its batch does not have")
    if (record.outcome is None and step in {Step.SETTLED, Step.ENDED}) or (
        record.member is None and step is Step.SETTLED
    ):
        raise ValueError(f"record {number} does not tell how it was {step}, or by whom")
    if record.member is None and record.outcome is not None and record.outcome.answer is not None:
        raise ValueError(f"record {number} has an answer of nobody")


def check_described(described: Mapping[str, Description]) -> None:
    """Of subscriptions: no options that there are not."""
    for name, one in described.items():
        unknown = one.options.keys() - _OPTIONS
        if unknown:
            raise ValueError(f"described.{name}: there is no option {min(unknown)!r}")


def check_inspected(inspected: Mapping[str, Iterable[MemberInspection]]) -> None:
    """Of members: errors have a time, latencies are known where something was taken, the wire format is one."""
    for name, members in inspected.items():
        for place, member in enumerate(members):
            _check_inspection(member, f"inspected.{name}.{place}")


def _check_inspection(told: MemberInspection, where: str) -> None:
    if told.error is not None and told.error_at is None:
        raise ValueError(f"{where}: an error without its time")
    if told.latency.count and any(seconds is None for _, seconds in told.latency.percentiles):
        raise ValueError(f"{where}.latency: something was taken, but not in how long")
    for name, value in [(one.name, one.value) for one in told.fields] + [
        (one.name, one.value) for one in told.settings
    ]:
        check_plain(value, f"{where}.{name}")
    if told.wire is not None:
        check_plain(told.wire, f"{where}.wire")
        _check_wire(told.wire, f"{where}.wire")


def _check_wire(description: Mapping[str, Any], where: str) -> None:
    options = {name: value for name, value in description.items() if name != "format"}
    try:
        TypeAdapter(type(format_of(description))).validate_python(options)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{where}.{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def check_charts(names: Iterable[str]) -> None:
    """Of tracks: each is of everything, of a subscription, or of a member of one."""
    for name in names:
        if not re.fullmatch(r"[^ ]*|[^ ]+ [0-9]{1,9}", name):
            raise ValueError(f"charts: {name!r} names no subscription and no member of one")


def check_plain(value: Any, where: str) -> None:
    """Of a value whose form is not known: not deep, and without numbers that nobody can show."""
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        for one in level:
            if isinstance(one, int | float) and not (math.isfinite(one) and abs(one) <= NUMBER_MAX):
                raise ValueError(f"{where}: a number is too large")
        level = [
            item
            for one in level
            if isinstance(one, dict | list)
            for item in (one.values() if isinstance(one, dict) else one)
        ]
    if level:
        raise ValueError(f"{where}: more than {DEPTH_MAX} lists or mappings in each other")
