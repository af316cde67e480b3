"""One figure of a study, and what it should be."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """A figure and its limit."""

    what: str
    value: float
    unit: str
    limit: float
    is_floor: bool = False
    """Whether the figure should be at least the limit, and not at most."""

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.value >= self.limit if self.is_floor else self.value <= self.limit
