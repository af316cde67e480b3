"""Saving what operators changed about subscriptions to the configuration file; the rest of it stays as it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from engine.address import Address, VirtualAddress, identity, mask_text, parse, parse_member, printed
from engine.commands.arguments import members_of
from engine.commands.context import Context
from engine.commands.drafts import options_shown
from engine.commands.registry import Role, command
from engine.config.check_process import check_apart
from engine.config.model import Settings, SubscriptionSettings
from engine.config.writer import (
    COPY_SUFFIX,
    KEY,
    add_subscription,
    change_subscription,
    escaped,
    loaded,
    remove_subscription,
    save_text,
)
from engine.core import Engine
from engine.errors import CommandError, SwitchboardError
from engine.subscriptions.table import Subscription

Key = tuple[str, str]
"""Event and identity."""


@dataclass(frozen=True, slots=True)
class Saving:
    """What the file would become."""

    file: Path
    before: str
    after: str
    plain_passwords: int
    """Passwords that the file would hold as they are, and did not before."""

    @property
    def digest(self) -> str:
        """Stands for exactly this change."""
        return hashlib.sha256(f"{self.before}\0{self.after}".encode()).hexdigest()[:16]

    @property
    def diff(self) -> list[str]:
        """The difference, passwords masked."""
        lines = unified_diff(self.before.splitlines(), self.after.splitlines(), "as it is", "saved", lineterm="", n=2)
        return [mask_text(line) for line in lines]


@command(Role.VIEW)
async def preview_save(context: Context) -> dict[str, Any]:
    """Show how the configuration file would change if subscriptions that were changed by hand were saved."""
    saving = await _saving(context)
    return {
        "file": str(saving.file),
        "copy": saving.file.name + COPY_SUFFIX,
        "diff": saving.diff,
        "digest": saving.digest,
        "is_changed": saving.before != saving.after,
        "plain_passwords": saving.plain_passwords,
    }


@command(Role.ADMIN, asks=True)
async def save_subscriptions(context: Context, digest: str) -> dict[str, Any]:
    """Save subscriptions that were changed by hand to the configuration file; `digest` is the preview's."""
    engine = context.engine
    saving = await _saving(context)
    if saving.digest != digest:
        raise CommandError(409, "Not saved", "the file or the subscriptions have changed since the preview; look again")
    try:
        await asyncio.to_thread(save_text, saving.file, saving.after)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(500, "Not saved", f"{saving.file} is as it was: {reason}") from error
    for subscription in engine.table:
        if engine.roster.changes.is_touched(*_key(subscription)):
            subscription.is_configured = True
    return {"file": str(saving.file), "copy": saving.file.name + COPY_SUFFIX}


async def _saving(context: Context) -> Saving:
    file = context.config_file
    if file is None:
        raise CommandError(404, "No configuration file", "this engine was not started from a file of its own")
    before, settings = await _read(file)
    try:
        return _planned(context.engine, file, before, settings)
    except SwitchboardError as error:
        raise CommandError(500, "Cannot be saved", f"{file}: {error}") from error


async def _read(file: Path) -> tuple[str, Settings]:
    result, text = await check_apart(file)
    if result.settings is None or text is None:
        raise CommandError(500, "Cannot be saved", f"the file must be corrected first: {result.problems[0]}")
    return text, result.settings


def _planned(engine: Engine, file: Path, before: str, settings: Settings) -> Saving:
    """Change the entries that run otherwise, take out those that run no more, add the rest. Only what was touched."""
    text, entries = _plain_lines(before), settings.subscriptions
    written = _written_sockets(text, settings)
    stale, missing = _unlike(engine, settings)
    plain = sum(_plain_passwords(subscription, written) for subscription in missing)
    raw = loaded(text).get(KEY) or []
    after = text
    for index, subscription in reversed(_paired(stale, missing, entries)):
        if subscription is None:
            after = remove_subscription(after, index)
        else:
            missing.remove(subscription)
            entry = _changed_entry(subscription, entries[index], raw[index], settings, written)
            after = change_subscription(after, index, entry)
    for subscription in missing:
        after = add_subscription(after, _entry_of(subscription, settings, written), is_escaped=True)
    return Saving(file, before, _with_lines_of(before, after), plain)


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _with_lines_of(before: str, after: str) -> str:
    """The text with the line ends that the file has, where it has one kind."""
    if after == _plain_lines(before):
        return before
    is_of_windows = "\r\n" in before and before.count("\r\n") == before.count("\n") == before.count("\r")
    return after.replace("\n", "\r\n") if is_of_windows else after


def _unlike(engine: Engine, settings: Settings) -> tuple[list[int], list[Subscription]]:
    """The entries (from 0) that do not run as they are written, and what runs as no entry says; touched ones alone."""
    changes = engine.roster.changes
    kept: set[Key] = set()
    stale: list[int] = []
    for index, entry in enumerate(settings.subscriptions):
        address = parse(entry.socket_text)
        key = (entry.event, identity(address))
        found = engine.table.find(entry.event, address)
        if not changes.is_touched(*key) or (found and _is_as_written(found, entry, settings)):
            kept.add(key)
        else:
            stale.append(index)
    touched = [subscription for subscription in engine.table if changes.is_touched(*_key(subscription))]
    return stale, [subscription for subscription in touched if _key(subscription) not in kept]


def _paired(
    stale: Sequence[int], missing: Sequence[Subscription], entries: Sequence[SubscriptionSettings]
) -> list[tuple[int, Subscription | None]]:
    """With each entry what it became: of the same event, and the most of its members in common; None: it ended."""
    left = list(missing)
    pairs: list[tuple[int, Subscription | None]] = []
    for index in stale:
        entry = entries[index]
        same_event = [subscription for subscription in left if subscription.event == entry.event]
        members = _identities(parse(entry.socket_text))
        heir = max(same_event, key=lambda found: len(members & _identities(found.address)), default=None)
        if heir is not None:
            left.remove(heir)
        pairs.append((index, heir))
    return pairs


def _identities(address: Address) -> set[str]:
    return {identity(member) for member in members_of(address)}


def _is_as_written(found: Subscription, entry: SubscriptionSettings, settings: Settings) -> bool:
    return (
        found.expire_s == entry.expire
        and found.options == settings.options_for(entry)
        and printed(found.address, secrets=True) == printed(parse(entry.socket_text), secrets=True)
    )


def _entry_of(subscription: Subscription, settings: Settings, written: Mapping[str, str]) -> dict[str, Any]:
    """An entry with what differs from the defaults alone; references of the file stay references."""
    sockets = [_text_of(printed(member, secrets=True), written) for member in members_of(subscription.address)]
    entry: dict[str, Any] = {"event": escaped(subscription.event)}
    if isinstance(subscription.address, VirtualAddress):
        entry |= {"policy": str(subscription.address.policy), "members": sockets}
    else:
        entry["socket"] = sockets[0]
    if subscription.expire_s is not None:
        entry["expire"] = subscription.expire_s
    usual = options_shown(settings.options_for(SubscriptionSettings(event=subscription.event, socket=sockets[0])))
    shown = options_shown(subscription.options)
    return entry | {name: value for name, value in shown.items() if value != usual[name]}


def _changed_entry(
    subscription: Subscription,
    entry: SubscriptionSettings,
    raw: Mapping[str, Any],
    settings: Settings,
    written: Mapping[str, str],
) -> dict[str, Any]:
    """An entry of the file as it has to be now: what it says that is still true stays as it is written."""
    wanted = _entry_of(subscription, settings, written)
    running, said = options_shown(subscription.options), options_shown(settings.options_for(entry))
    still_true = {name: raw[name] for name, value in said.items() if name in raw and value == running[name]}
    if subscription.expire_s == entry.expire and "expire" in raw:
        still_true["expire"] = raw["expire"]
    if printed(subscription.address, secrets=True) == printed(parse(entry.socket_text), secrets=True):
        still_true |= {name: raw[name] for name in ("socket", "policy", "members") if name in raw}
        wanted = {name: value for name, value in wanted.items() if name not in {"socket", "policy", "members"}}
    elif "socket" in raw and "members" in wanted and not any(set(" \t\n") & set(text) for text in wanted["members"]):
        policy, members = wanted.pop("policy"), wanted.pop("members")
        wanted["socket"] = " ".join([f"virtual:{policy}", *members])
    return {**wanted, "event": raw["event"], **still_true}


def _text_of(socket: str, written: Mapping[str, str]) -> str:
    text: str = written.get(socket) or escaped(socket)
    return text


def _plain_passwords(subscription: Subscription, written: Mapping[str, str]) -> int:
    members = members_of(subscription.address)
    return sum(one.secret is not None and printed(one, secrets=True) not in written for one in members)


def _written_sockets(text: str, settings: Settings) -> dict[str, str]:
    """How the file has the sockets that it names: by their whole normal form, the text with its references."""
    raw = loaded(text)
    found: dict[str, str] = {}
    for written, entry in zip(raw.get("subscriptions") or [], settings.subscriptions, strict=True):
        for raw_text, expanded in _pairs(written, entry):
            found[printed(parse_member(expanded), secrets=True)] = raw_text
    return found


def _pairs(written: Mapping[str, Any], entry: SubscriptionSettings) -> Iterator[tuple[str, str]]:
    """The texts of an entry's members as they are written, and with their references replaced."""
    if entry.members is not None:
        yield from zip(map(str, written["members"]), entry.members, strict=True)
        return
    raw_words, words = str(written["socket"]).split(), entry.socket_text.split()
    if words and words[0].startswith("virtual:"):
        is_glued = ":" in words[0].removeprefix("virtual:")
        raw_words, words = ([], []) if is_glued else (raw_words[1:], words[1:])
    if len(raw_words) == len(words):
        yield from zip(raw_words, words, strict=True)


def _key(subscription: Subscription) -> Key:
    return subscription.event, identity(subscription.address)
