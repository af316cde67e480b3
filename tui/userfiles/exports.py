"""What leaves the console: tables as CSV or JSON, and where their files go. Pure, but for `save`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import structs

from engine.audit import AuditEntry
from engine.log.printable import escaped
from engine.view.snapshot import EngineSnapshot
from tui.model.deliveries import Delivery
from tui.render.delivery import told
from tui.render.line import plain
from tui.userfiles.state_file import write_whole

Row: TypeAlias = Mapping[str, Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula."""


def subscription_rows(snapshot: EngineSnapshot) -> list[Row]:
    """One row a member, with what is known of its subscription in front."""
    rows: list[Row] = []
    for row in snapshot.subscriptions:
        head = {"subscription": row.id, "event": row.event, "policy": str(row.policy or "plain")}
        for member in row.members:
            facts = structs.asdict(member) | {"state": member.state.name, "connection": member.connection.name}
            facts["index"] += 1
            rows.append(head | {"position": facts.pop("index")} | facts)
    return rows


def delivery_rows(deliveries: Iterable[Delivery], snapshot: EngineSnapshot) -> list[Row]:
    """One row a delivery that the feed holds, oldest first; what became of it in the feed's words."""
    by_id = {row.id: row for row in snapshot.subscriptions}
    offset = snapshot.wall - snapshot.at
    return [
        {
            "raised": stamp(delivery.story.raised_at + offset),
            "event": delivery.event.name,
            "parameters": json.dumps(delivery.event.params, ensure_ascii=False),
            "subscription": delivery.story.subscription,
            "source": delivery.story.source,
            "told": plain(told(delivery, by_id.get(delivery.story.subscription))),
        }
        for delivery in deliveries
    ]


def audit_rows(entries: Iterable[AuditEntry]) -> list[Row]:
    """The audit trail, newest first."""
    return [{"at": stamp(one.wall), **{name: getattr(one, name) for name in AUDIT_COLUMNS}} for one in entries]


AUDIT_COLUMNS = ("who", "command", "details", "result", "times")


def as_csv(rows: Sequence[Row]) -> str:
    """A table with a heading; nothing in it is taken for a formula, and what cannot be printed is its code."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def as_json(rows: Sequence[Row]) -> str:
    """A list of objects, in ASCII: what a peer said steers no terminal that shows the file."""
    return json.dumps(rows, indent=1, default=str) + "\n"


def stamp(wall: float) -> str:
    """A moment in UTC, to the millisecond."""
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def save(folder: Path, name: str, suffix: str, wall: float, text: str) -> Path:
    """Write a file that carries its moment in its name; where it is.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.fromtimestamp(wall, UTC).strftime("%Y%m%dT%H%M%S")
    path = folder / f"{name}-{moment}Z.{suffix}"
    count = 1
    while path.exists():
        count += 1
        path = folder / f"{name}-{moment}Z-{count}.{suffix}"
    write_whole(path, text)
    return path


def _harmless(value: Any) -> Any:
    """A cell that neither a spreadsheet nor a terminal obeys, nor a reader of lines takes for two."""
    if not isinstance(value, str):
        return value
    shown = escaped(value)
    return f"'{shown}" if value.startswith(_FORMULA) else shown
