"""Snapshots in an incident bundle: each with only what is different from the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from pydantic import TypeAdapter

from engine.snapshot import EngineSnapshot, MemberRow, SubscriptionRow
from tui.masking import as_json, size_of
from tui.past import changed_rows, coarsest

_SNAPSHOT = TypeAdapter(EngineSnapshot)
_ROW = TypeAdapter(SubscriptionRow)

_ROWS = "subscriptions"
_COLUMNS = tuple(one.name for one in fields(MemberRow))
_HEAD = tuple(one.name for one in fields(EngineSnapshot) if one.name not in {_ROWS, "figures"})
_ROW_FACTS = tuple(one.name for one in fields(SubscriptionRow) if one.name != "members")


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
        self.text = f'{{"columns":{as_json(_COLUMNS)},"moments":[\n' + ",\n".join(texts) + "]}"


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
    for moment in document["moments"]:
        head |= moment["head"]
        order = moment.get("order", order)
        rows |= {row.id: row for row in _rows(moment["rows"], columns)}
        # Validated once, without its rows: those are already what they should be, and many.
        bare = _SNAPSHOT.validate_python({**head, _ROWS: ()})
        facts = {one.name: getattr(bare, one.name) for one in fields(bare)}
        found.append(EngineSnapshot(**{**facts, _ROWS: tuple(rows[name] for name in order)}))
    return tuple(found)


def _rows(documents: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[SubscriptionRow]:
    for document in documents:
        members = [dict(zip(columns, member, strict=True)) for member in document["members"]]
        yield _ROW.validate_python({**document, "members": members})


def _texts(snapshots: Sequence[EngineSnapshot]) -> list[str]:
    before: EngineSnapshot | None = None
    texts = []
    for snapshot in snapshots:
        texts.append(as_json(_moment(before, snapshot)))
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
