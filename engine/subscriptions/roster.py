"""The roster: who is subscribed to what, from the first event to the last one in flight."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.address import Address
from engine.clock import Clock
from engine.errors import CommandError
from engine.feed import Feed
from engine.lanes.base import Lane
from engine.lanes.door import Door
from engine.metrics import DeliveryCounters
from engine.options import SubscriptionOptions
from engine.run import Batch, part_of
from engine.slices import Steps
from engine.subscriptions.changes import ChangeLog
from engine.subscriptions.expiries import Expiries
from engine.subscriptions.fitting import Fitter, is_same_list
from engine.subscriptions.table import Subscription, SubscriptionTable, key_of
from engine.target import Targets

_log = logging.getLogger(__name__)

EXPIRED = "the subscription expired"
STOPPED = "the engine stopped"
CHANGED = "the subscription was changed"

T = TypeVar("T")

CLOSING_MIN = 64
"""Ended lanes are looked through when there are so many, and twice as many as were left by the last look."""


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
        self.fitter = Fitter(clock, feed, targets, freed, door, self.table)
        self.retired = DeliveryCounters()
        """Deliveries of subscriptions that have ended, so that the engine's totals never shrink."""
        self.retired_failures = 0
        self._clock = clock
        self._before_change = before_change
        self._catch_up = catch_up
        self._expiries = Expiries(clock, self._expired)
        self._leaving: dict[Lane, None] = {}
        """Lanes of subscriptions that were taken out, until they are closed."""
        self._closing: list[Lane] = []
        self._look_at = CLOSING_MIN
        self._draining: list[Lane] = []
        """Lanes that another took the place of, until what they have under way has ended."""
        self.changes = ChangeLog()
        """What operators changed."""

    def subscribe(
        self, event: str, address: Address, expire_s: float | None, options: SubscriptionOptions
    ) -> Subscription:
        """Subscribe, or refresh the subscription that is the same one (docs/event-interface.md, 1.4).

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
        self.fitter.refresh(self.fitter.prepare(found, address, options))
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
        if is_same_list(found.address, address):
            self.fitter.refresh(self.fitter.prepare(found, address, options))
        else:
            self._before_change()
            self._catch_up(found.event, found.lane)
            former = self.fitter.exchange(found, address, options)
            self._draining.append(former)
            former.retire(lambda batch, indices: _inherited(found, batch, indices))
            self._retire()

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
        lane = self.fitter.make_lane(subscription_id, address, options)
        return Subscription(subscription_id, event, address, options, lane, None)

    def add(self, staged: Subscription) -> None:
        """Let a staged subscription hear events from now on; `before_change` was called, and the table has no such."""
        self.table.add(staged)

    def unstage(self, staged: Subscription) -> None:
        """Let a staged subscription go that is not added after all."""
        self.table.release_id(staged)
        self.fitter.release_targets(staged.lane)

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
        self.fitter.release_targets(lane)
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
            self.fitter.release_targets(lane)
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
                lane.close(CHANGED)
                self.fitter.release_targets(lane)
            self._closing += over
        if self._closing:
            over = [lane for lane in self._closing if _is_over(lane)]
            self._closing = [lane for lane in self._closing if not _is_over(lane)]
            for lane in over:
                self.retired.add(lane.counters)
                self.retired_failures += sum(member.counters.failed for member in lane.members)

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


def _inherited(subscription: Subscription, batch: Batch, indices: range) -> bool:
    """Whether the subscription as it is now takes events that its former self gave up."""
    if subscription.lane.closed_because is not None:
        return False
    subscription.lane.take(part_of(batch, indices))
    return True
