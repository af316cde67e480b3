"""One event on its way to being raised many times: how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.event import Event


@dataclass(slots=True)
class Series:
    """One event on its way to being raised many times."""

    event: Event
    count: int
    rate: float | None
    """Events a second; None is as fast as members take them."""
    raised: int = 0
    is_stopped: bool = False
    failure: str = ""

    @property
    def is_running(self) -> bool:
        """Whether there is more to raise."""
        return self.raised < self.count and not self.is_stopped and not self.failure

    def progress(self) -> dict[str, Any]:
        """How far it is, ready for JSON."""
        return {
            "event": self.event.name,
            "count": self.count,
            "raised": self.raised,
            "running": self.is_running,
            "failure": self.failure,
        }
