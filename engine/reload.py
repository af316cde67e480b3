"""Applies the difference between two configurations to a running roster. What did not change is left alone."""

from __future__ import annotations

from dataclasses import dataclass

from engine.address import Address, parse, printed
from engine.config.schema import Settings, SubscriptionSettings
from engine.roster import Roster, is_same
from engine.subscription import Subscription


@dataclass(frozen=True, slots=True)
class ReloadReport:
    """What a reload changed, as `event socket` texts with secrets masked."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def subscribe_configured(roster: Roster, settings: Settings, entry: SubscriptionSettings) -> None:
    """Subscribe one entry of a configuration."""
    options = settings.options_for(entry)
    subscription = roster.subscribe(entry.event, parse(entry.socket_text), entry.expire, options)
    subscription.is_configured = True


def apply(roster: Roster, old: Settings, new: Settings) -> ReloadReport:
    """Bring the configured subscriptions from `old` to `new`. Those that commands made stay."""
    gone = {subscription.id: subscription for subscription in roster.table if subscription.is_configured}
    added, changed, unchanged = [], [], []
    for entry in new.subscriptions:
        address = parse(entry.socket_text)
        found = roster.table.find(entry.event, address)
        label = f"{entry.event} {printed(address)}"
        if found is None:
            added.append(label)
        else:
            gone.pop(found.id, None)
            if _is_untouched(found, entry, address, old, new):
                unchanged.append(label)
                continue
            changed.append(label)
            roster.remove(found, "the configuration changed")
        subscribe_configured(roster, new, entry)
    for subscription in gone.values():
        roster.remove(subscription, "the configuration no longer has it")
    removed = tuple(f"{subscription.event} {subscription.socket}" for subscription in gone.values())
    return ReloadReport(tuple(added), removed, tuple(changed), tuple(unchanged))


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
