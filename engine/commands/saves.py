"""Saving what operators changed about subscriptions to the configuration file; the rest of it stays as it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from engine.address import VirtualAddress, identity, mask_text, parse, parse_member, printed
from engine.commands.arguments import members_of
from engine.commands.context import Context
from engine.commands.drafts import options_shown
from engine.commands.registry import Role, command
from engine.config.check_process import check_apart
from engine.config.model import Settings, SubscriptionSettings
from engine.config.writer import COPY_SUFFIX, add_subscription, escaped, loaded, remove_subscription, save_text
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
    return text.replace("\r\n", "\n").replace("\r", "\n"), result.settings


def _planned(engine: Engine, file: Path, before: str, settings: Settings) -> Saving:
    """Take out the entries that are no more as they run, and add those that are missing. Only what was touched."""
    written = _written_sockets(before, settings)
    after, kept = before, set()
    numbered = list(enumerate(settings.subscriptions))
    for index, entry in reversed(numbered):
        address = parse(entry.socket_text)
        key = (entry.event, identity(address))
        found = engine.table.find(entry.event, address)
        if not engine.roster.changes.is_touched(*key) or (found and _is_as_written(found, entry, settings)):
            kept.add(key)
        else:
            after = remove_subscription(after, index)
    plain = 0
    for subscription in reversed(list(engine.table)):
        if engine.roster.changes.is_touched(*_key(subscription)) and _key(subscription) not in kept:
            after = add_subscription(after, _entry_of(subscription, settings, written), is_escaped=True)
            plain += _plain_passwords(subscription, written)
    return Saving(file, before, after, plain)


def _is_as_written(found: Subscription, entry: SubscriptionSettings, settings: Settings) -> bool:
    return (
        found.expire_s == entry.expire
        and found.options == settings.options_for(entry)
        and printed(found.address, secrets=True) == printed(parse(entry.socket_text), secrets=True)
    )


def _entry_of(subscription: Subscription, settings: Settings, written: Mapping[str, str]) -> dict[str, Any]:
    """An entry with what differs from the defaults alone; references of the file stay references."""
    sockets = [_text_of(printed(one, secrets=True), written) for one in members_of(subscription.address)]
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
