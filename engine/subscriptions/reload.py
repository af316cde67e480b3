"""Applies the difference between two configurations to a running roster. What did not change is left alone."""

from __future__ import annotations

import logging
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from engine.address import Address, parse
from engine.config.model import Settings, SubscriptionSettings
from engine.errors import SwitchboardError
from engine.options import SubscriptionOptions
from engine.slices import Steps
from engine.subscriptions.fitting import Refresh, is_same
from engine.subscriptions.roster import Roster
from engine.subscriptions.table import Key, Subscription, key_of

_log = logging.getLogger(__name__)

GONE = "the configuration no longer has it"


@dataclass(frozen=True, slots=True)
class ReloadReport:
    """What a reload changed, as `event socket` texts with secrets masked."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def subscribe_configured(roster: Roster, settings: Settings, entry: SubscriptionSettings) -> Subscription:
    """Subscribe one entry of a configuration, or let the same subscription go on as the entry says."""
    subscription = roster.subscribe(entry.event, parse(entry.socket_text), None, settings.options_for(entry))
    roster.adopt(subscription, entry.expire)
    return subscription


class Reload:
    """Brings the configured subscriptions from one configuration to another. Those that commands made stay, and so do
    those of the old one that a command has asked for as well, for as long as it asked.

    It is done in slices. First everything is made ready that could fail, and nothing that is at work changes. Then the
    subscriptions of one event after the other change over, each in one step: what is raised meanwhile is heard either
    by all of its former subscriptions or by all of its new ones.
    """

    def __init__(self, roster: Roster, old: Settings, new: Settings) -> None:
        self._roster = roster
        self._old = old
        self._new = new
        self._entries: dict[Key, SubscriptionSettings] = {}
        self._added: dict[Key, Subscription] = {}
        self._changed: list[tuple[SubscriptionSettings, Refresh]] = []
        self._unchanged: list[str] = []
        self._released: list[str] = []
        self._kept: set[Key] = set()

    def prepare(self) -> Steps[None]:
        """Make ready what is added and what is changed.

        Raises:
            SwitchboardError: a socket or a transport cannot be used. `give_up` is to follow.
        """
        schemes = {*self._old.transports, *self._new.transports}
        altered = {one for one in schemes if self._old.transport_options(one) != self._new.transport_options(one)}
        for entry in self._new.subscriptions:
            self._prepare(entry, altered)
            yield

    def give_up(self) -> Steps[None]:
        """Let go what was made ready; everything stays as it was."""
        for staged in self._added.values():
            self._roster.unstage(staged)
            yield
        for _, prepared in self._changed:
            self._roster.fitter.forget(prepared)
            yield

    def apply(self) -> Steps[ReloadReport]:
        """Change over; nothing of it can fail any more."""
        roster = self._roster
        for entry, prepared in self._changed:
            self._refresh(entry, prepared)
            yield
        added, gone = yield from self._by_event()
        for event in {**added, **gone}:
            self._change_over(added.get(event, []), gone.get(event, []))
            yield
        for staged in self._added.values():
            self._finish(staged)
            yield
        removed = []
        for ended in gone.values():
            while ended:  # one by one: thousands would else be freed in one go
                subscription = ended.pop()
                roster.close(subscription, GONE)
                removed.append(_label(subscription))
                yield
        return ReloadReport(
            tuple(map(_label, self._added.values())),
            tuple(removed),
            (*(_label(prepared.found) for _, prepared in self._changed), *self._released),
            tuple(self._unchanged),
        )

    def _prepare(self, entry: SubscriptionSettings, altered: AbstractSet[str]) -> None:
        address = parse(entry.socket_text)
        key = key_of(entry.event, address)
        options = self._new.options_for(entry)
        self._entries[key] = entry
        found = self._roster.table.find_key(key)
        if found is None:
            if key in self._added:
                self._roster.unstage(self._added.pop(key))
            self._added[key] = self._roster.stage(entry.event, address, options)
        elif _is_untouched(found, entry, address, options, altered):
            self._kept.add(key)
            self._unchanged.append(_label(found))
        else:
            self._kept.add(key)
            self._changed.append((entry, self._roster.fitter.prepare(found, address, options)))

    def _by_event(self) -> Steps[tuple[dict[str, list[Subscription]], dict[str, list[Subscription]]]]:
        added: dict[str, list[Subscription]] = {}
        gone: dict[str, list[Subscription]] = {}
        for staged in self._added.values():
            added.setdefault(staged.event, []).append(staged)
            yield
        for subscription in self._roster.table:
            if subscription.is_configured and subscription.key not in self._kept:
                gone.setdefault(subscription.event, []).append(subscription)
            yield
        return added, gone

    def _change_over(self, added: list[Subscription], gone: list[Subscription]) -> None:
        """Exchange the subscriptions of one event. Somebody may have been quicker with a command, or one expired."""
        roster = self._roster
        roster.before_change()
        there = [subscription for subscription in gone if roster.table.get(subscription.id) is subscription]
        gone.clear()
        for subscription in there:
            if roster.is_asked_for(subscription):
                roster.end_configured(subscription, GONE)
                self._released.append(_label(subscription))
            else:
                roster.take_out(subscription)
                gone.append(subscription)
        for staged in added:
            if roster.table.find_key(staged.key) is None:
                roster.add(staged)

    def _finish(self, staged: Subscription) -> None:
        """What need not be done in the same step."""
        found = self._roster.table.find_key(staged.key)
        if found is not staged:
            self._roster.unstage(staged)
        if found is not None:
            self._use(found, self._entries[staged.key], staged.address, staged.options)

    def _refresh(self, entry: SubscriptionSettings, prepared: Refresh) -> None:
        found = prepared.found
        if self._roster.fitter.is_as_prepared(prepared):
            self._roster.fitter.refresh(prepared)
        else:
            self._roster.fitter.forget(prepared)
        if self._roster.table.find_key(key_of(entry.event, prepared.address)) is found:
            self._use(found, entry, prepared.address, prepared.options)

    def _use(
        self, found: Subscription, entry: SubscriptionSettings, address: Address, options: SubscriptionOptions
    ) -> None:
        """Let a subscription go on as the configuration says, whoever made it."""
        self._roster.adopt(found, entry.expire)
        if is_same(found, address, options):
            return
        try:
            self._roster.fitter.refresh(self._roster.fitter.prepare(found, address, options))
        except SwitchboardError as error:
            _log.error("%s, which was subscribed again while the configuration was read, stays: %s", found.id, error)


def _label(subscription: Subscription) -> str:
    return f"{subscription.event} {subscription.socket}"


def _is_untouched(
    found: Subscription,
    entry: SubscriptionSettings,
    address: Address,
    options: SubscriptionOptions,
    altered: AbstractSet[str],
) -> bool:
    return (
        found.is_configured
        and entry.expire == found.expire_s
        and not any(member.address.scheme in altered for member in found.lane.members)
        and is_same(found, address, options)
    )
