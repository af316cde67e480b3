"""What a journal would do: strike out each event of each subscription once its delivery has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from engine.feed import FeedRecord, Step
from engine.lanes.base import Lane
from engine.run import Batch, Skip, Status

Delivery = tuple[str, int]
"""A subscription's id and an event's sequence number."""


class StruckOut:
    """How each delivery ended: DELIVERED, SENT, or FAILED where it is undelivered. None may end twice."""

    def __init__(self) -> None:
        self.statuses: dict[Delivery, Status] = {}

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Hear of the ends of deliveries in all lanes."""
        patch.setattr(Lane, "took", self._beside_took(Lane.took))
        patch.setattr(Lane, "end", self._beside_end(Lane.end))

    def strike_out(self, lane: Lane, batch: Batch, indices: range, status: Status) -> None:
        """These events of the lane's subscription are done with."""
        for index in indices:
            assert 0 <= index < len(batch)
            delivery = (lane.context.subscription, batch.first_seq + index)
            assert delivery not in self.statuses, f"{delivery} ended {self.statuses[delivery]}, and now {status}"
            self.statuses[delivery] = status

    def _beside_took(self, took: Callable[[Lane, Batch, range, Status], None]) -> Callable[..., None]:
        def striking(lane: Lane, batch: Batch, indices: range, status: Status) -> None:
            self.strike_out(lane, batch, indices, status)
            took(lane, batch, indices, status)

        return striking

    def _beside_end(self, end: Callable[[Lane, Batch, range, str, tuple[Skip, ...]], None]) -> Callable[..., None]:
        def striking(lane: Lane, batch: Batch, indices: range, reason: str, skipped: tuple[Skip, ...] = ()) -> None:
            self.strike_out(lane, batch, indices, Status.FAILED)
            end(lane, batch, indices, reason, skipped)

        return striking


def told_by(records: Iterable[FeedRecord]) -> dict[Delivery, Status]:
    """How deliveries ended as the feed tells it: as the best of their notifications, or undelivered."""
    statuses: dict[Delivery, Status] = {}
    for record in records:
        if record.outcome is None or (record.step is Step.SETTLED and record.outcome.is_failure):
            continue
        for index in record.indices:
            delivery = (record.subscription, record.batch.first_seq + index)
            if statuses.get(delivery) is not Status.DELIVERED:
                statuses[delivery] = record.outcome.status
    return statuses
