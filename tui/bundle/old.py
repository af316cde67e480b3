"""Bundles of older forms, as the present one has them.

The first had one snapshot, the log as text, and nothing to inspect; the second told batches apart by their first event
alone, the third by numbers of their own. In all of them rows, records and batches were written with the names of their
values.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from engine.view.records import RaisedBatch, StepRecord
from engine.view.snapshot import MemberRow, SubscriptionRow

_ROWS = "subscriptions"


def modern(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document in the present form, to be checked as such.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was written.
    """
    seqs = {one.get("number", one["first_seq"]): one["first_seq"] for one in document["batches"]}
    kept = {name: document[name] for name in ("configuration", "audit")}
    kept |= {
        "batches": [_array(RaisedBatch, {**one, "params": one["events"]}) for one in _longest(document["batches"])],
        "records": [_record(one, seqs) for one in document["records"]],
    }
    if document["switchboard_bundle"] == 1:
        snapshot = document["snapshot"]
        return kept | {"past": [_whole(snapshot)], "log": list(_log(document["log"], snapshot["wall"]))}
    past = document["past"]
    parts = ("log", "described", "inspected", "charts", "left_out")
    return kept | {name: document[name] for name in parts} | {"past": list(_past(past["moments"], past["columns"]))}


def _past(moments: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    head: dict[str, Any] = {}
    for moment in moments:
        head = {**head, **moment["head"]}
        rows = [_row(row, [dict(zip(columns, one, strict=True)) for one in row["members"]]) for row in moment["rows"]]
        yield {"head": {**head, _ROWS: []}, "rows": rows, "order": moment.get("order"), "events": head.get("events")}


def _whole(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    rows = [_row(row, row["members"]) for row in snapshot[_ROWS]]
    order = [row["id"] for row in snapshot[_ROWS]]
    return {"head": {**snapshot, _ROWS: []}, "rows": rows, "order": order, "events": snapshot["events"]}


def _row(row: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> list[Any]:
    return _array(SubscriptionRow, {**row, "members": [_array(MemberRow, one) for one in members]})


def _log(lines: Sequence[Any], wall: Any) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        yield {"number": number, "wall": wall, "level": 20, "logger": "", "text": line}


def _longest(batches: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of batches that begin with the same event, the one that has the others in it."""
    found: dict[Any, Mapping[str, Any]] = {}
    for one in batches:
        known = found.get(one["first_seq"])
        if known is None or len(known["events"]) < len(one["events"]):
            found[one["first_seq"]] = one
    return list(found.values())


def _record(record: Mapping[str, Any], seqs: Mapping[Any, Any]) -> list[Any]:
    if record["batch"] not in seqs:
        raise ValueError(f"record {record['number']} tells of batch {record['batch']}, which is not there")
    values = {
        **record,
        "first_seq": seqs[record["batch"]],
        "attempts": [[tried, at, _outcome(ended), is_last] for tried, at, ended, is_last in record["attempts"]],
        "outcome": None if record["outcome"] is None else _outcome(record["outcome"]),
    }
    return _array(StepRecord, values)


def _outcome(values: Sequence[Any]) -> list[Any]:
    status, reason, fault, *answer = values
    return [status, reason, fault, b64encode(bytes.fromhex(answer[0])).decode() if answer else None]


def _array(kind: type[Struct], values: Mapping[str, Any]) -> list[Any]:
    """Values with names as the array that a class is written as."""
    return [values[one.name] if one.default is NODEFAULT else values.get(one.name, one.default) for one in fields(kind)]
