"""Fits subscriptions with lanes, members and targets, and lets them go on with other ones."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple, TypeVar

from engine.address import Address, MemberAddress, PolicyName, VirtualAddress, identity
from engine.clock import Clock
from engine.feed import Feed
from engine.lanes.base import Lane, LaneContext
from engine.lanes.door import Door
from engine.lanes.failover import FailoverLane
from engine.lanes.parallel import ParallelLane
from engine.lanes.round_robin import RoundRobinLane
from engine.member import Member
from engine.metrics import DeliveryCounters
from engine.options import SubscriptionOptions
from engine.sizes import QUEUE_BYTES
from engine.slices import Steps
from engine.subscriptions.table import Subscription, SubscriptionTable
from engine.target import Target, Targets

T = TypeVar("T")

_LANES: dict[PolicyName, type[Lane]] = {
    PolicyName.PARALLEL: ParallelLane,
    PolicyName.FAILOVER: FailoverLane,
    PolicyName.ROUND_ROBIN: RoundRobinLane,
}


class Refresh(NamedTuple):
    """A subscription that is to go on with other secrets, options or settings, with all that it needs for it."""

    found: Subscription
    lane: Lane
    address: Address
    """Its members in the order of the lane's."""
    options: SubscriptionOptions
    targets: tuple[Target, ...]
    before: frozenset[Target]


class Fitter:
    """Makes lanes and changes them. Who is subscribed to what is not its business, nor what was raised before.

    What changes nothing for a subscription leaves its members alone.
    """

    def __init__(
        self,
        clock: Clock,
        feed: Feed,
        targets: Targets,
        freed: Callable[[], None],
        door: Door,
        table: SubscriptionTable,
    ) -> None:
        self._clock = clock
        self._feed = feed
        self._targets = targets
        self._freed = freed
        self._door = door
        self._table = table
        self.queue_bytes = QUEUE_BYTES
        """Bytes that may wait in each queue of the lanes that are made, about."""

    def make_lane(self, subscription_id: str, address: Address, options: SubscriptionOptions) -> Lane:
        """A lane with its members.

        Raises:
            SwitchboardError: a transport cannot serve its address. Nothing was changed then.
        """
        policy = address.policy if isinstance(address, VirtualAddress) else PolicyName.PARALLEL
        context = LaneContext(subscription_id, self._clock, self._feed, options, self._door)
        lane = _LANES[policy](context, lambda lane: self._make_members(lane, members_of(address), options))
        lane.use_queue_bytes(self.queue_bytes)
        return lane

    def use_queue_bytes(self) -> Steps[None]:
        """Let `queue_bytes` wait in each queue from now on; what waits already stays."""
        for subscription in self._table:
            subscription.lane.use_queue_bytes(self.queue_bytes)
            yield

    def exchange(self, found: Subscription, address: Address, options: SubscriptionOptions) -> Lane:
        """Give a subscription another lane, which goes on as the one before it; that one, which is to be retired.

        Raises:
            SwitchboardError: a transport cannot serve its address. Nothing was changed then.
        """
        old = found.lane
        lane = self.make_lane(found.id, address, options)
        lane.inherit(old, _move_members(old, lane))
        ended = replace(old.counters, taken=old.counters.taken - old.counters.waiting)
        lane.counters, old.counters = ended, DeliveryCounters(taken=old.counters.waiting)
        self._table.readdress(found, address)
        found.options = options
        self._table.use_lane(found, lane)
        return old

    def prepare(self, found: Subscription, address: Address, options: SubscriptionOptions) -> Refresh:
        """Make ready what a subscription needs to go on with the secrets of `address`, which is the same socket.

        Raises:
            SwitchboardError: a transport cannot serve its address. Nothing was changed then.
        """
        lane = found.lane
        addresses = _in_order_of(lane.members, members_of(address))
        before = frozenset(member.target for member in lane.members)
        targets = tuple(self._join(lane, addresses, before))
        ordered = replace(address, members=addresses) if isinstance(address, VirtualAddress) else address
        return Refresh(found, lane, ordered, options, targets, before)

    def refresh(self, prepared: Refresh) -> None:
        """Let a subscription go on as it was prepared to."""
        found, lane = prepared.found, prepared.lane
        addresses = members_of(prepared.address)
        for member, its_address, target in zip(lane.members, addresses, prepared.targets, strict=True):
            member.move_to(its_address, target)
        self._leave(lane, prepared.before - set(prepared.targets))
        if prepared.before != set(prepared.targets):
            lane.connection_changed()
        found.use_address(prepared.address)
        if prepared.options != found.options:
            found.options = prepared.options
            lane.use_options(prepared.options)

    def is_as_prepared(self, prepared: Refresh) -> bool:
        """Whether nobody changed or ended the subscription since."""
        found = prepared.found
        is_same_lane = self._table.get(found.id) is found and found.lane is prepared.lane
        return is_same_lane and {member.target for member in prepared.lane.members} == prepared.before

    def forget(self, prepared: Refresh) -> None:
        """Leave a subscription as it is after all."""
        in_use = {member.target for member in prepared.lane.members}
        is_there = self._table.get(prepared.found.id) is prepared.found and prepared.found.lane is prepared.lane
        self._leave(prepared.lane, set(prepared.targets) - (in_use if is_there else set()))

    def _make_members(
        self, lane: Lane, addresses: Sequence[MemberAddress], options: SubscriptionOptions
    ) -> list[Member]:
        targets = self._join(lane, addresses, frozenset())
        return [
            Member(
                index,
                address,
                target,
                self._clock,
                options.queue_size,
                self._freed,
                options.drop,
                wait_s=options.wait_for_member,
            )
            for index, (address, target) in enumerate(zip(addresses, targets, strict=True))
        ]

    def _join(self, lane: Lane, addresses: Iterable[MemberAddress], in_use: AbstractSet[Target]) -> list[Target]:
        """The targets of all `addresses`. When one cannot be had, the lane stays with those that it has `in_use`."""
        joined: list[Target] = []
        try:
            for address in addresses:
                joined.append(self._targets.join(address, lane.connection_changed))  # noqa: PERF401 - all but the last are undone
        except Exception:
            self._leave(lane, set(joined) - in_use)
            raise
        return joined

    def release_targets(self, lane: Lane) -> None:
        """A lane has ended: it needs its targets no longer."""
        self._leave(lane, {member.target for member in lane.members})

    def _leave(self, lane: Lane, targets: Iterable[Target]) -> None:
        for target in targets:
            self._targets.leave(target, lane.connection_changed)


def members_of(address: Address) -> tuple[MemberAddress, ...]:
    """The members of a virtual socket; a plain one is its own."""
    return address.members if isinstance(address, VirtualAddress) else (address,)


def is_same_list(before: Address, after: Address) -> bool:
    """Whether policy and members are the same, and in the same order."""
    if isinstance(before, VirtualAddress) != isinstance(after, VirtualAddress):
        return False
    if isinstance(before, VirtualAddress) and isinstance(after, VirtualAddress) and before.policy is not after.policy:
        return False
    return list(map(identity, members_of(before))) == list(map(identity, members_of(after)))


def _move_members(old: Lane, lane: Lane) -> dict[int, int]:
    """Let members of `lane` go on as those of `old` with the same socket; where each of these stands now."""
    places: dict[int, int] = {}
    before = _by_identity((member.address, member) for member in old.members)
    for member in lane.members:
        same = before[identity(member.address)]
        if same:
            earlier = same.popleft()
            places[earlier.index] = member.index
            member.take_over_from(earlier)
    return places


def is_same(found: Subscription, address: Address, options: SubscriptionOptions) -> bool:
    """Whether subscribing again would change nothing but the expiry."""
    return options == found.options and _login(address) == _login(found.address)


def _in_order_of(members: Iterable[Member], addresses: Iterable[MemberAddress]) -> tuple[MemberAddress, ...]:
    """The addresses as the members stand: under PARALLEL the same socket may name them in another order."""
    rest = _by_identity((address, address) for address in addresses)
    return tuple(rest[identity(member.address)].popleft() for member in members)


def _by_identity(pairs: Iterable[tuple[MemberAddress, T]]) -> dict[str, deque[T]]:
    """What belongs to each address, in order, by its identity."""
    found: dict[str, deque[T]] = defaultdict(deque)
    for address, belonging in pairs:
        found[identity(address)].append(belonging)
    return found


def _login(address: Address) -> list[tuple[object, ...]]:
    """What of an address is not part of its identity, and yet makes another connection or message."""
    logins = [(identity(member), *member.beside_identity()) for member in members_of(address)]
    return sorted(logins, key=repr)
