"""Snapshots told one after the other: each as what is different from the one before it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from engine.view.snapshot import EngineSnapshot, SubscriptionRow


class SnapshotChange(Struct, frozen=True):
    """What makes one snapshot of another. None: as they were before."""

    head: EngineSnapshot
    """All of it but its rows and its events."""
    rows: tuple[SubscriptionRow, ...] = ()
    """Those that are new or different."""
    order: tuple[str, ...] | None = None
    """The ids of all rows."""
    events: tuple[str, ...] | None = None


def change_between(before: EngineSnapshot | None, after: EngineSnapshot) -> SnapshotChange:
    """What `changed` makes `after` of; without one before, all of it."""
    old = () if before is None else before.subscriptions
    order = tuple(row.id for row in after.subscriptions)
    return SnapshotChange(
        head=replace(after, subscriptions=(), events=()),
        rows=tuple(changed_rows(old, after.subscriptions)),
        order=None if before is not None and order == tuple(row.id for row in old) else order,
        events=None if before is not None and before.events == after.events else after.events,
    )


def changed(before: EngineSnapshot | None, change: SnapshotChange) -> EngineSnapshot:
    """The snapshot after a change.

    Raises:
        KeyError: a row is named that neither of them has.
    """
    old = () if before is None else before.subscriptions
    rows = {row.id: row for row in (*old, *change.rows)}
    order = [row.id for row in old] if change.order is None else change.order
    events = change.events
    if events is None:
        events = () if before is None else before.events
    return replace(change.head, subscriptions=tuple(rows[name] for name in order), events=events)


def changed_rows(before: Iterable[SubscriptionRow], after: Iterable[SubscriptionRow]) -> list[SubscriptionRow]:
    """The rows of a snapshot that are not in the one before it."""
    versions = {row.id: row.version for row in before}
    return [row for row in after if versions.get(row.id) != row.version]
