"""Subscriptions: an event name, a socket and one expiry for the whole virtual subscriber; and the table of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from engine.address import Address, PolicyName, VirtualAddress, identity, printed
from engine.clock import Timer
from engine.lanes.base import Lane
from engine.options import SubscriptionOptions


@dataclass(slots=True)
class Subscription:
    """One subscription. Two are the same when event and canonical socket are (D1)."""

    id: str
    """Stable: the same event and socket have the same id in every run. One that is changed keeps its id until then."""
    event: str
    address: Address
    options: SubscriptionOptions
    lane: Lane
    expire_s: float | None
    """Seconds it was asked for; None is permanent."""
    expires_at: float | None = None
    """Monotonic seconds; None is permanent."""
    is_configured: bool = False
    """Whether it comes from the configuration, which then decides how long it lasts, and so is a reload's to change."""
    asked_s: float | None = None
    """Seconds that a command asked for while the configuration decides."""
    asked_until: float | None = None
    """Monotonic seconds: what is left of that counts once the configuration no longer decides."""
    timer: Timer | None = None

    @property
    def socket(self) -> str:
        """Masked normal form."""
        return printed(self.address)

    @property
    def policy(self) -> PolicyName | None:
        """The policy of a virtual socket; None for a plain one."""
        return self.address.policy if isinstance(self.address, VirtualAddress) else None


class SubscriptionTable:
    """The subscriptions, by id, by event and by what makes two the same."""

    def __init__(self) -> None:
        self._by_id: dict[str, Subscription] = {}
        self._by_key: dict[tuple[str, str], Subscription] = {}
        self._by_event: dict[str, tuple[Subscription, ...]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(tuple(self._by_id.values()))

    def get(self, subscription_id: str) -> Subscription | None:
        """The subscription with this id."""
        return self._by_id.get(subscription_id)

    def find(self, event: str, address: Address) -> Subscription | None:
        """The subscription that subscribing `address` to `event` would refresh."""
        return self._by_key.get((event, identity(address)))

    def of_event(self, event: str) -> tuple[Subscription, ...]:
        """The subscriptions to an event, newest first, as OpenSIPS lists them (EI 1.4)."""
        return self._by_event.get(event, ())

    def add(self, subscription: Subscription) -> None:
        """Add a subscription that `find` does not know."""
        self._by_id[subscription.id] = subscription
        self._by_key[subscription.event, identity(subscription.address)] = subscription
        self._by_event[subscription.event] = (subscription, *self.of_event(subscription.event))

    def remove(self, subscription: Subscription) -> None:
        """Take a subscription out."""
        del self._by_id[subscription.id]
        del self._by_key[subscription.event, identity(subscription.address)]
        rest = tuple(other for other in self.of_event(subscription.event) if other is not subscription)
        if rest:
            self._by_event[subscription.event] = rest
        else:
            del self._by_event[subscription.event]

    def readdress(self, subscription: Subscription, address: Address) -> None:
        """Give a subscription another socket, in its place; `find` must not know that socket."""
        del self._by_key[subscription.event, identity(subscription.address)]
        subscription.address = address
        self._by_key[subscription.event, identity(address)] = subscription

    def id_for(self, event: str, address: Address) -> str:
        """A short, stable id for a subscription; longer only if two would share it."""
        digest = hashlib.sha256(f"{event}\n{identity(address)}".encode("utf-8", "surrogateescape")).hexdigest()
        return next(digest[:size] for size in range(6, 64) if digest[:size] not in self._by_id)
