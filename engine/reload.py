"""Applies the difference between two configurations to a running roster. What did not change is left alone."""

from __future__ import annotations

from dataclasses import dataclass

from engine.address import Address, parse
from engine.config.schema import Settings, SubscriptionSettings
from engine.errors import SwitchboardError
from engine.roster import Roster, is_same
from engine.subscription import Subscription


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


def apply(roster: Roster, old: Settings, new: Settings) -> ReloadReport:
    """Bring the configured subscriptions from `old` to `new`. Those that commands made stay, and so do those of `old`
    that a command has asked for as well, for as long as it asked.

    Raises:
        SwitchboardError: a socket or a transport cannot be used. None was added or removed then.
    """
    gone = {subscription.id: subscription for subscription in roster.table if subscription.is_configured}
    by_hand = [subscription for subscription in roster.table if not subscription.is_configured]
    added: list[Subscription] = []
    changed, unchanged = [], []
    try:
        for entry in new.subscriptions:
            address = parse(entry.socket_text)
            found = roster.table.find(entry.event, address)
            if found is None:
                added.append(subscribe_configured(roster, new, entry))
            elif _is_untouched(found, entry, address, old, new):
                unchanged.append(_label(found))
            else:
                subscribe_configured(roster, new, entry)
                changed.append(_label(found))
            if found is not None:
                gone.pop(found.id, None)
    except SwitchboardError:
        for subscription in added:
            roster.remove(subscription, "the configuration could not be applied")
        for subscription in by_hand:
            if subscription.is_configured:
                roster.release(subscription)
        raise
    removed: list[str] = []
    for subscription in gone.values():
        has_ended = roster.end_configured(subscription, "the configuration no longer has it")
        (removed if has_ended else changed).append(_label(subscription))
    return ReloadReport(tuple(map(_label, added)), tuple(removed), tuple(changed), tuple(unchanged))


def _label(subscription: Subscription) -> str:
    return f"{subscription.event} {subscription.socket}"


def _is_untouched(
    found: Subscription, entry: SubscriptionSettings, address: Address, old: Settings, new: Settings
) -> bool:
    schemes = {member.address.scheme for member in found.lane.members}
    return (
        found.is_configured
        and entry.expire == found.expire_s
        and all(old.transport_options(scheme) == new.transport_options(scheme) for scheme in schemes)
        and is_same(found, address, new.options_for(entry))
    )
