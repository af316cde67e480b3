"""Snapshots in an incident bundle: each with only what is different from the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter

from engine.view.snapshot import EngineSnapshot, MemberRow, SubscriptionRow
from tui.bundle.form import MOMENT, WALL, validated
from tui.bundle.masked_json import json_line, size_of
from tui.model.snapshots import changed_rows, coarsest
from tui.model.time_series import Measure

_SNAPSHOT = TypeAdapter(EngineSnapshot)
_ROW = TypeAdapter(SubscriptionRow)

_ROWS = "subscriptions"
_COLUMNS = tuple(one.name for one in fields(MemberRow))
_HEAD = tuple(one.name for one in fields(EngineSnapshot) if one.name not in {_ROWS, "figures"})
_ROW_FACTS = tuple(one.name for one in fields(SubscriptionRow) if one.name != "members")

_TIMES = ("at", "started_at")
_ROW_TIMES = ("expires_at", "held_since")
_MEMBER_TIMES = ("since", "skipped_until", "error_at", "took_at")
_LATENCIES = (Measure.P50, Measure.P90, Measure.P99)


class WrittenPast:
    """Snapshots as JSON text of at most `size_max` bytes, as far as leaving some out helps; at least one is needed."""

    def __init__(self, snapshots: Sequence[EngineSnapshot], size_max: int) -> None:
        kept = list(snapshots)
        texts = _texts(kept)
        while (share := sum(map(size_of, texts)) / size_max) > 1 and len(kept) > 2:
            for _ in range(max(round(len(kept) * (1 - 1 / share)), 1)):
                if len(kept) > 2:
                    del kept[coarsest(kept)]
            texts = _texts(kept)
        self.left_out = len(snapshots) - len(kept)
        self.text = f'{{"columns":{json_line(_COLUMNS)},"moments":[\n' + ",\n".join(texts) + "]}"


def read_past(document: Mapping[str, Any]) -> tuple[EngineSnapshot, ...]:
    """The snapshots of a bundle.

    Raises:
        KeyError, TypeError, ValueError: they are not what was written.
    """
    columns: Sequence[str] = document["columns"]
    head: dict[str, Any] = {}
    rows: dict[str, SubscriptionRow] = {}
    order: Sequence[str] = ()
    found = []
    for number, moment in enumerate(document["moments"]):
        head |= moment["head"]
        order = moment.get("order", order)
        rows |= {row.id: row for row in _rows(moment["rows"], columns)}
        # Validated once, without its rows: those are already what they should be, and many.
        bare = validated(_SNAPSHOT, {**head, _ROWS: ()}, f"past.{number}")
        facts = {one.name: getattr(bare, one.name) for one in fields(bare)}
        found.append(EngineSnapshot(**{**facts, _ROWS: tuple(rows[name] for name in order)}))
        _check_times(found[-1])
    if any(later.at < earlier.at for earlier, later in pairwise(found)):
        raise ValueError("the snapshots are not in the order of their times")
    return tuple(found)


def read_snapshot(document: Mapping[str, Any]) -> EngineSnapshot:
    """A snapshot that is written whole.

    Raises:
        ValueError: it is not what was written.
    """
    snapshot: EngineSnapshot = validated(_SNAPSHOT, document, "snapshot")
    _check_times(snapshot)
    for row in snapshot.subscriptions:
        _check_row(row)
    return snapshot


def _check_times(snapshot: EngineSnapshot) -> None:
    validated(WALL, snapshot.wall, "snapshot.wall")
    _check_moments(snapshot, _TIMES, "snapshot")


def _check_row(row: SubscriptionRow) -> None:
    """The console counts on what the types of a row do not say."""
    _check_moments(row, _ROW_TIMES, f"subscription {row.id!r}")
    for place, member in enumerate(row.members):
        where = f"member {place + 1} of {row.id!r}"
        _check_moments(member, _MEMBER_TIMES, where)
        if member.index != place:
            raise ValueError(f"{where} has the index {member.index}")
        if len(member.latency_now_s) not in {0, len(_LATENCIES)}:
            raise ValueError(f"{where} has {len(member.latency_now_s)} latencies")
        if member.error is not None and member.error_at is None:
            raise ValueError(f"{where} has an error without its time")


def _check_moments(thing: object, names: Sequence[str], where: str) -> None:
    for name in names:
        validated(MOMENT, getattr(thing, name), f"{where}.{name}")


def _rows(documents: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[SubscriptionRow]:
    for document in documents:
        members = [dict(zip(columns, member, strict=True)) for member in document["members"]]
        row = validated(_ROW, {**document, "members": members}, "subscription")
        _check_row(row)
        yield row


def _texts(snapshots: Sequence[EngineSnapshot]) -> list[str]:
    before: EngineSnapshot | None = None
    texts = []
    for snapshot in snapshots:
        texts.append(json_line(_moment(before, snapshot)))
        before = snapshot
    return texts


def _moment(before: EngineSnapshot | None, after: EngineSnapshot) -> dict[str, Any]:
    old = () if before is None else before.subscriptions
    head = {
        name: getattr(after, name) for name in _HEAD if before is None or getattr(before, name) != getattr(after, name)
    }
    if before is None or before.figures != after.figures:
        head["figures"] = asdict(after.figures)
    moment = {"head": head, "rows": [_row(row) for row in changed_rows(old, after.subscriptions)]}
    order = [row.id for row in after.subscriptions]
    return moment if before is not None and order == [row.id for row in old] else {**moment, "order": order}


def _row(row: SubscriptionRow) -> dict[str, Any]:
    members = [[getattr(member, name) for name in _COLUMNS] for member in row.members]
    return {**{name: getattr(row, name) for name in _ROW_FACTS}, "members": members}
