"""The roster: who is subscribed to what, from the first event to the last one in flight."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple, TypeVar

from engine.address import Address, MemberAddress, PolicyName, RabbitmqAddress, VirtualAddress, identity
from engine.changes import ChangeLog
from engine.clock import Clock
from engine.errors import CommandError
from engine.expiries import Expiries
from engine.feed import Feed
from engine.lanes.base import Lane, LaneContext
from engine.lanes.door import Door
from engine.lanes.failover import FailoverLane
from engine.lanes.parallel import ParallelLane
from engine.lanes.round_robin import RoundRobinLane
from engine.member import Member
from engine.metrics import DeliveryCounters
from engine.options import SubscriptionOptions
from engine.run import Batch, part_of
from engine.sizes import QUEUE_BYTES
from engine.slices import Steps
from engine.subscription import Subscription, SubscriptionTable, key_of
from engine.target import Target, Targets

_log = logging.getLogger(__name__)

EXPIRED = "the subscription expired"
STOPPED = "the engine stopped"

T = TypeVar("T")

_LANES: dict[PolicyName, type[Lane]] = {
    PolicyName.PARALLEL: ParallelLane,
    PolicyName.FAILOVER: FailoverLane,
    PolicyName.ROUND_ROBIN: RoundRobinLane,
}


CLOSING_MIN = 64
"""Ended lanes are looked through when there are so many, and twice as many as were left by the last look."""


class Refresh(NamedTuple):
    """A subscription that is to go on with other secrets, options or settings, with all that it needs for it."""

    found: Subscription
    lane: Lane
    address: Address
    """Its members in the order of the lane's."""
    options: SubscriptionOptions
    targets: tuple[Target, ...]
    before: frozenset[Target]


class Roster:
    """Makes, refreshes and ends subscriptions. What changes nothing for a subscription leaves its members alone.

    `before_change` is called before one comes or goes, so that what was raised before goes to those who heard it then;
    `catch_up` before a lane ends, so that it is given what it still has to hear of an event.
    """

    def __init__(
        self,
        clock: Clock,
        feed: Feed,
        targets: Targets,
        freed: Callable[[], None],
        before_change: Callable[[], None],
        catch_up: Callable[[str, Lane], None],
        door: Door,
    ) -> None:
        self.table = SubscriptionTable()
        self.retired = DeliveryCounters()
        """Deliveries of subscriptions that have ended, so that the engine's totals never shrink."""
        self.retired_failures = 0
        self._clock = clock
        self._feed = feed
        self._targets = targets
        self._freed = freed
        self._before_change = before_change
        self._door = door
        self._catch_up = catch_up
        self._expiries = Expiries(clock, self._expired)
        self._leaving: dict[Lane, None] = {}
        """Lanes of subscriptions that were taken out, until they are closed."""
        self._closing: list[Lane] = []
        self._look_at = CLOSING_MIN
        self.queue_bytes = QUEUE_BYTES
        """Bytes that may wait in each queue of the lanes that are made, about."""
        self._draining: list[Lane] = []
        """Lanes that another took the place of, until what they have under way has ended."""
        self.changes = ChangeLog()
        """What operators changed."""

    def subscribe(
        self, event: str, address: Address, expire_s: float | None, options: SubscriptionOptions
    ) -> Subscription:
        """Subscribe, or refresh the subscription that is the same one (EI 1.4).

        A refresh restarts the clock; a permanent one leaves an expiry as it was. How long a configured subscription
        lasts is the configuration's to say; what is asked for is remembered beside it. Members, health and what waits
        stay, also under other options; a connection is exchanged where secrets or the transport's settings are others.

        Raises:
            SwitchboardError: a transport cannot serve its address. Nothing was changed then.
        """
        found = self.table.find(event, address)
        if found is None:
            found = self.stage(event, address, options)
            self._before_change()
            self.add(found)
            self.set_expiry(found, expire_s)
            return found
        self.refresh(self.prepare(found, address, options))
        if expire_s is not None and found.is_configured:
            found.asked_s, found.asked_until = expire_s, self._clock.now() + expire_s
            found.lane.changed()
        elif expire_s is not None:
            self.set_expiry(found, expire_s)
        return found

    def change(self, found: Subscription, address: Address, options: SubscriptionOptions) -> None:
        """Give a subscription another policy, other members or options. It stays the same one, with its id and expiry.

        Members that stay keep health, figures and connection. What waits goes on under the new policy where no member
        was chosen for it yet, and is otherwise delivered as it was to be.

        Raises:
            CommandError: another subscription of the event has this socket. Nothing was changed then.
            SwitchboardError: a transport cannot serve its address. Nothing was changed then.
        """
        other = self.table.find(found.event, address)
        if other is not None and other is not found:
            raise CommandError(409, "Already subscribed", f"{found.event} has this socket already: {other.id}")
        if _is_same_list(found.address, address):
            self.refresh(self.prepare(found, address, options))
        else:
            self._before_change()
            self._catch_up(found.event, found.lane)
            self._replace_lane(found, address, options)

    def get(self, subscription_id: str) -> Subscription:
        """The subscription with this id.

        Raises:
            CommandError: there is none.
        """
        found = self.table.get(subscription_id)
        if found is None:
            raise CommandError(404, "Subscriber does not exist", f"no subscription {subscription_id!r}")
        return found

    def stage(self, event: str, address: Address, options: SubscriptionOptions) -> Subscription:
        """Make a subscription that hears nothing until it is added. One that is not added is to be unstaged.

        Raises:
            SwitchboardError: a transport cannot serve its address. Nothing was changed then.
        """
        key = key_of(event, address)
        subscription_id = self.table.reserve_id(key)
        lane = self._make_lane(subscription_id, address, options)
        return Subscription(subscription_id, event, address, options, lane, None)

    def add(self, staged: Subscription) -> None:
        """Let a staged subscription hear events from now on; `before_change` was called, and the table has no such."""
        self.table.add(staged)

    def unstage(self, staged: Subscription) -> None:
        """Let a staged subscription go that is not added after all."""
        self.table.release_id(staged)
        self._leave(staged.lane, {member.target for member in staged.lane.members})

    def before_change(self) -> None:
        """What was raised so far goes to those who hear it now, whatever is changed next."""
        self._before_change()

    def remove(self, subscription: Subscription, reason: str, by: str = "") -> None:
        """End a subscription: what waits ends undelivered for `reason`, what is in flight settles."""
        self._before_change()
        self.take_out(subscription)
        self.close(subscription, reason, by)

    def take_out(self, subscription: Subscription) -> None:
        """Let a subscription hear nothing from now on; `before_change` was called, `close` is to follow."""
        self._expiries.forget(subscription.id)
        self.table.remove(subscription)
        self._leaving[subscription.lane] = None

    def close(self, subscription: Subscription, reason: str, by: str = "") -> None:
        """End the lane of a subscription that was taken out.

        The log says so, and who did it (`by`). The end of all of them at a stop is the stop's to tell.
        """
        if reason != STOPPED:
            _log.info("%s %s ended: %s%s", subscription.event, subscription.socket, reason, by and f", by {by}")
        lane = subscription.lane
        self._catch_up(subscription.event, lane)
        del self._leaving[lane]
        lane.close(reason)
        self._leave(lane, {member.target for member in lane.members})
        self._closing.append(lane)
        if len(self._closing) >= self._look_at:
            self._retire()
            self._look_at = max(CLOSING_MIN, 2 * len(self._closing))

    def remove_all(self, reason: str) -> Steps[None]:
        """End every subscription."""
        for subscription_id in self.table.ids():  # not the subscriptions: thousands would then be freed in one go
            subscription = self.table.get(subscription_id)
            if subscription is not None:
                self.remove(subscription, reason)
            yield
        draining, self._draining = self._draining, []
        self._closing += draining
        for lane in draining:
            lane.close(reason)
            self._leave(lane, {member.target for member in lane.members})
            yield

    def lanes_of(self, event: str) -> Sequence[Lane]:
        """The lanes that an event goes to."""
        return self.table.lanes_of(event)

    def lanes(self) -> list[Lane]:
        """The lanes of all subscriptions, and of ended ones that still have something in flight."""
        return [*(subscription.lane for subscription in self.table), *self.ending()]

    def ending(self) -> list[Lane]:
        """The lanes of ended subscriptions, and former ones of changed subscriptions, with something under way."""
        self._retire()
        return [*self._leaving, *self._closing, *self._draining]

    @property
    def closing(self) -> int:
        """Ended subscriptions, and former selves of changed ones, that still have something under way."""
        return len(self.ending())

    def _retire(self) -> None:
        """Add up ended lanes once their last notification has settled, and let them go."""
        if self._draining:
            over = [lane for lane in self._draining if _is_over(lane)]
            self._draining = [lane for lane in self._draining if not _is_over(lane)]
            for lane in over:
                self._leave(lane, {member.target for member in lane.members})
            self._closing += over
        if self._closing:
            over = [lane for lane in self._closing if _is_over(lane)]
            self._closing = [lane for lane in self._closing if not _is_over(lane)]
            for lane in over:
                self.retired.add(lane.counters)
                self.retired_failures += sum(member.counters.failed for member in lane.members)

    def _make_lane(self, subscription_id: str, address: Address, options: SubscriptionOptions) -> Lane:
        policy = address.policy if isinstance(address, VirtualAddress) else PolicyName.PARALLEL
        context = LaneContext(subscription_id, self._clock, self._feed, options, self._door)
        lane = _LANES[policy](context, lambda lane: self._make_members(lane, members_of(address), options))
        lane.use_queue_bytes(self.queue_bytes)
        return lane

    def use_queue_bytes(self) -> Steps[None]:
        """Let `queue_bytes` wait in each queue from now on; what waits already stays."""
        for subscription in self.table:
            subscription.lane.use_queue_bytes(self.queue_bytes)
            yield

    def _replace_lane(self, found: Subscription, address: Address, options: SubscriptionOptions) -> None:
        old = found.lane
        lane = self._make_lane(found.id, address, options)
        lane.inherit(old, _move_members(old, lane))
        ended = replace(old.counters, taken=old.counters.taken - old.counters.waiting)
        lane.counters, old.counters = ended, DeliveryCounters(taken=old.counters.waiting)
        self.table.readdress(found, address)
        found.options = options
        self.table.use_lane(found, lane)
        self._draining.append(old)
        old.retire(lambda batch, indices: _inherited(found, batch, indices))
        self._retire()

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
        is_same_lane = self.table.get(found.id) is found and found.lane is prepared.lane
        return is_same_lane and {member.target for member in prepared.lane.members} == prepared.before

    def forget(self, prepared: Refresh) -> None:
        """Leave a subscription as it is after all."""
        in_use = {member.target for member in prepared.lane.members}
        is_there = self.table.get(prepared.found.id) is prepared.found and prepared.found.lane is prepared.lane
        self._leave(prepared.lane, set(prepared.targets) - (in_use if is_there else set()))

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

    def _leave(self, lane: Lane, targets: Iterable[Target]) -> None:
        for target in targets:
            self._targets.leave(target, lane.connection_changed)

    def set_expiry(self, subscription: Subscription, expire_s: float | None) -> None:
        """Let a subscription end `expire_s` seconds from now; None is never."""
        self._end_at(subscription, expire_s, None if expire_s is None else self._clock.now() + expire_s)

    def adopt(self, subscription: Subscription, expire_s: float | None) -> None:
        """From now on the configuration decides how long a subscription lasts; what a command asked for is kept."""
        if not subscription.is_configured:
            subscription.is_configured = True
            subscription.asked_s, subscription.asked_until = subscription.expire_s, subscription.expires_at
        self.set_expiry(subscription, expire_s)

    def release(self, subscription: Subscription) -> None:
        """The configuration decides no longer: what a command asked for does; what it did not ask for is permanent."""
        subscription.is_configured = False
        asked_s, asked_until = subscription.asked_s, subscription.asked_until
        self.withdraw(subscription)
        self._end_at(subscription, asked_s, asked_until)

    def withdraw(self, subscription: Subscription) -> bool:
        """Forget what a command asked for beside the configuration; whether there was anything left of it."""
        was_asked_for = self.is_asked_for(subscription)
        subscription.asked_s = subscription.asked_until = None
        subscription.lane.changed()
        return was_asked_for

    def is_asked_for(self, subscription: Subscription) -> bool:
        """Whether a configured subscription would go on without the configuration, as a command asked for more."""
        return subscription.asked_until is not None and subscription.asked_until > self._clock.now()

    def end_configured(self, subscription: Subscription, reason: str) -> bool:
        """The configuration wants a subscription no longer; whether it has ended, and not what was asked for beside."""
        if not self.is_asked_for(subscription):
            self.remove(subscription, reason)
            return True
        self.release(subscription)
        _log.info(
            "%s %s goes on for the %.0f s that were asked for over MI or by hand, although %s",
            subscription.event,
            subscription.socket,
            (subscription.expires_at or 0.0) - self._clock.now(),
            reason,
        )
        return False

    def _end_at(self, subscription: Subscription, expire_s: float | None, at: float | None) -> None:
        subscription.expire_s, subscription.expires_at = expire_s, at
        if at is None:
            self._expiries.forget(subscription.id)
        else:
            self._expiries.set(subscription.id, at)
        subscription.lane.changed()

    def _expired(self, subscription_id: str) -> None:
        subscription = self.table.get(subscription_id)
        if subscription is None:
            return
        if subscription.is_configured:
            self.end_configured(subscription, EXPIRED)
        else:
            self.remove(subscription, EXPIRED)


def _is_over(lane: Lane) -> bool:
    """Whether nothing waits in a lane, and nothing is in flight."""
    return not lane.counters.waiting and not lane.in_flight


def members_of(address: Address) -> tuple[MemberAddress, ...]:
    """The members of a virtual socket; a plain one is its own."""
    return address.members if isinstance(address, VirtualAddress) else (address,)


def _is_same_list(before: Address, after: Address) -> bool:
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
            member.go_on_as(earlier)
    return places


def _inherited(subscription: Subscription, batch: Batch, indices: range) -> bool:
    """Whether the subscription as it is now takes events that its former self gave up."""
    if subscription.lane.closed_because is not None:
        return False
    subscription.lane.take(part_of(batch, indices))
    return True


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


def _login(address: Address) -> list[tuple[str, str | None, bool, str | None]]:
    """What of an address is not part of its identity, and yet makes another connection or message."""
    logins = [
        (identity(member), member.password, member.persistent, member.tls_domain)
        for member in members_of(address)
        if isinstance(member, RabbitmqAddress)
    ]
    return sorted(logins, key=repr)
