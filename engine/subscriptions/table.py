"""Subscriptions: an event name, a socket and one expiry for the whole virtual subscriber; and the table of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.address import Address, PolicyName, VirtualAddress, identity, printed
from engine.lanes.base import Lane
from engine.options import SubscriptionOptions

Key: TypeAlias = tuple[str, str]
"""What makes two subscriptions the same: event and identity."""


def key_of(event: str, address: Address) -> Key:
    """The key of a subscription."""
    return event, identity(address)


@dataclass(slots=True, eq=False)
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
    key: Key = field(init=False)
    socket: str = field(init=False)
    """Masked normal form."""

    def __post_init__(self) -> None:
        self.use_address(self.address)

    def use_address(self, address: Address) -> None:
        """Another address, or the same socket with other secrets. One that is in a table is the table's to change."""
        self.address = address
        self.key = key_of(self.event, address)
        self.socket = printed(address)

    @property
    def policy(self) -> PolicyName | None:
        """The policy of a virtual socket; None for a plain one."""
        return self.address.policy if isinstance(self.address, VirtualAddress) else None


class SubscriptionTable:
    """The subscriptions, by id, by event and by what makes two the same."""

    def __init__(self) -> None:
        self._by_id: dict[str, Subscription] = {}
        self._by_key: dict[Key, Subscription] = {}
        self._by_event: dict[str, dict[str, Subscription]] = {}
        """By id, oldest first."""
        self._heard: dict[str, tuple[Subscription, ...]] = {}
        self._lanes: dict[str, tuple[Lane, ...]] = {}
        """Both are made at the first look, newest first."""
        self._reserved: set[str] = set()

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(tuple(self._by_id.values()))

    def ids(self) -> tuple[str, ...]:
        """All ids."""
        return tuple(self._by_id)

    def get(self, subscription_id: str) -> Subscription | None:
        """The subscription with this id."""
        return self._by_id.get(subscription_id)

    def find(self, event: str, address: Address) -> Subscription | None:
        """The subscription that subscribing `address` to `event` would refresh."""
        return self._by_key.get(key_of(event, address))

    def find_key(self, key: Key) -> Subscription | None:
        """The same, for who knows its key."""
        return self._by_key.get(key)

    def of_event(self, event: str) -> tuple[Subscription, ...]:
        """The subscriptions to an event, newest first, as OpenSIPS lists them (docs/event-interface.md, 1.4)."""
        heard = self._heard.get(event)
        if heard is None:
            heard = tuple(reversed(self._by_event.get(event, {}).values()))
            if heard:  # names that nobody is subscribed to are not remembered: anybody may make them up
                self._heard[event] = heard
        return heard

    def lanes_of(self, event: str) -> tuple[Lane, ...]:
        """Their lanes, in the same order."""
        lanes = self._lanes.get(event)
        if lanes is None:
            lanes = tuple([subscription.lane for subscription in self.of_event(event)])
            if lanes:
                self._lanes[event] = lanes
        return lanes

    def add(self, subscription: Subscription) -> None:
        """Add a subscription that `find` does not know."""
        self._reserved.discard(subscription.id)
        self._by_id[subscription.id] = subscription
        self._by_key[subscription.key] = subscription
        self._by_event.setdefault(subscription.event, {})[subscription.id] = subscription
        self._forget(subscription.event)

    def remove(self, subscription: Subscription) -> None:
        """Take a subscription out."""
        del self._by_id[subscription.id]
        del self._by_key[subscription.key]
        rest = self._by_event[subscription.event]
        del rest[subscription.id]
        if not rest:
            del self._by_event[subscription.event]
        self._forget(subscription.event)

    def readdress(self, subscription: Subscription, address: Address) -> None:
        """Give a subscription another socket, in its place; `find` must not know that socket."""
        del self._by_key[subscription.key]
        subscription.use_address(address)
        self._by_key[subscription.key] = subscription

    def use_lane(self, subscription: Subscription, lane: Lane) -> None:
        """Give a subscription another lane."""
        subscription.lane = lane
        self._lanes.pop(subscription.event, None)

    def reserve_id(self, key: Key) -> str:
        """A short, stable id for a subscription; longer only if two would share it. It is kept for it until `add`."""
        event, its_identity = key
        digest = hashlib.sha256(f"{event}\n{its_identity}".encode("utf-8", "surrogateescape")).hexdigest()
        sizes = (digest[:size] for size in range(6, 64))
        chosen = next(one for one in sizes if one not in self._by_id and one not in self._reserved)
        self._reserved.add(chosen)
        return chosen

    def release_id(self, subscription: Subscription) -> None:
        """A subscription is not added after all."""
        self._reserved.discard(subscription.id)

    def _forget(self, event: str) -> None:
        self._heard.pop(event, None)
        self._lanes.pop(event, None)
