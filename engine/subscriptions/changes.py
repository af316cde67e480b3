"""What an operator changed about subscriptions, so that the last change can be taken back, and saved on request."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from engine.address import Address
from engine.options import SubscriptionOptions

REMEMBERED = 50
"""Changes that can be taken back, the newest first."""

TOUCHED_MAX = 10_000
"""Subscriptions that are remembered as changed by hand since the start."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything of a subscription that an operator decides. Holds secrets; it is never shown as it is."""

    event: str
    address: Address
    options: SubscriptionOptions
    expire_s: float | None
    is_configured: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change by hand. Without `before` the subscription was made, without `after` it was removed."""

    subscription: str
    at: float
    """Monotonic seconds."""
    before: Shape | None
    after: Shape | None


class ChangeLog:
    """The last changes, bounded; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._changes: deque[Change] = deque(maxlen=REMEMBERED)
        self._touched: dict[tuple[str, str], None] = {}

    def __len__(self) -> int:
        return len(self._changes)

    @property
    def last(self) -> Change | None:
        """The newest change that was not taken back."""
        return self._changes[-1] if self._changes else None

    def add(self, change: Change, *keys: tuple[str, str]) -> None:
        """Write a change down; `keys` are event and identity of the subscription, before and after."""
        self._changes.append(change)
        for key in keys:
            self._touched.pop(key, None)
            self._touched[key] = None
        while len(self._touched) > TOUCHED_MAX:
            del self._touched[next(iter(self._touched))]

    def take_back(self) -> Change | None:
        """Forget the newest change, and return it."""
        return self._changes.pop() if self._changes else None

    def rename(self, old: str, new: str) -> None:
        """A subscription came back under another id."""
        for index, change in enumerate(self._changes):
            if change.subscription == old:
                self._changes[index] = replace(change, subscription=new)

    def is_touched(self, event: str, identity: str) -> bool:
        """Whether a subscription was changed by hand, even if that was taken back."""
        return (event, identity) in self._touched
