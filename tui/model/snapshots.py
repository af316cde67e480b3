"""The last half hour of an engine as snapshots, for incident bundles. Bounded: what is older is kept more coarsely."""

from __future__ import annotations

from engine.view.changes import changed_rows
from engine.view.snapshot import EngineSnapshot

EACH_S = 2.0
"""Between two snapshots that are kept."""

KEPT_S = 1_800.0
"""How long a snapshot is kept."""

WEIGHT_MAX = 30_000
"""Rows of members that are kept together; a row that did not change is shared, and counts once."""

RECENT_S = 60.0
"""What is younger than this is given up last."""


class Past:
    """Snapshots, oldest first. Rows that did not change between two of them are the same objects."""

    def __init__(self) -> None:
        self.thinned = 0
        """Snapshots that were given up before their time, because there were too many rows."""
        self._kept: list[EngineSnapshot] = []
        self._weights: list[int] = []
        self._weight = 0

    @property
    def snapshots(self) -> tuple[EngineSnapshot, ...]:
        """What is kept, oldest first."""
        return tuple(self._kept)

    def note(self, snapshot: EngineSnapshot) -> None:
        """Take a snapshot in, if it is time for one."""
        if self._kept and snapshot.started_at != self._kept[0].started_at:
            self._forget()  # another engine answers now
        if self._kept and snapshot.at - self._kept[-1].at < EACH_S:
            return
        self._kept.append(snapshot)
        self._weights.append(0)
        self._weigh(len(self._kept) - 1)
        while snapshot.at - self._kept[0].at > KEPT_S:
            self._give_up(0)
        while self._weight > WEIGHT_MAX and len(self._kept) > 2:
            self._give_up(coarsest(self._kept))
            self.thinned += 1

    def _forget(self) -> None:
        self.thinned = self._weight = 0
        self._kept.clear()
        self._weights.clear()

    def _give_up(self, index: int) -> None:
        self._weight -= self._weights.pop(index)
        del self._kept[index]
        self._weigh(index)

    def _weigh(self, index: int) -> None:
        """Count what a snapshot holds that the one before it does not."""
        if index < len(self._kept):
            before = self._kept[index - 1].subscriptions if index else ()
            weight = sum(1 + len(row.members) for row in changed_rows(before, self._kept[index].subscriptions))
            self._weight += weight - self._weights[index]
            self._weights[index] = weight


def coarsest(kept: list[EngineSnapshot]) -> int:
    """The one of at least three snapshots, neither first nor last, that is missed least: the older, the wider gaps."""
    now = kept[-1].at

    def loss(index: int) -> float:
        return (kept[index + 1].at - kept[index - 1].at) / (now - kept[index].at + RECENT_S)

    return min(range(1, len(kept) - 1), key=loss)
