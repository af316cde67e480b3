"""Where MI may have the engine connect: what the configuration lists under `mi.targets`.

Without this, whoever reaches MI could reach through the engine whatever the engine reaches, and read in `sb:status`
what was there.
"""

from __future__ import annotations

import asyncio
import os

from engine.address import Address, Destination, MemberAddress, Way, printed
from engine.address.reach import ANY, Rule, allows_host, rule_text, rules_of
from engine.commands.arguments import bad_value, members_of
from engine.errors import CommandError
from engine.mi.flatfiles import check_flat_files
from engine.mi.registry import Caller


async def check_targets(caller: Caller, address: Address) -> None:
    """Check where every member of a socket leads, flat files included.

    Raises:
        CommandError: 400; one of them is not allowed, and the text says what the configuration would have to list.
    """
    rules = rules_of(caller.settings.targets)
    for member in members_of(address):
        for place in member.destinations():
            wanted = await _wanted(rules, place, caller)
            if wanted is not None:
                raise _refused(caller, member, wanted)
        if not member.destinations() and not any(rule.is_any for rule in rules):
            raise _refused(caller, member, ANY)  # it does not say where it leads
    for member in members_of(address):
        await asyncio.to_thread(check_flat_files, member, caller.settings.flatstore_roots)


async def _wanted(rules: tuple[Rule, ...], place: Destination, caller: Caller) -> str | None:
    """What the configuration would have to list for a place; None where nothing is missing."""
    match place.way:
        case Way.FILE:
            return None  # it has directories of its own
        case Way.UNIX:
            if await asyncio.to_thread(_has_path, rules, place.path):
                return None
            return place.path if place.path.startswith("/") else "its absolute path"
        case Way.DATAGRAM | Way.STREAM:
            is_allowed = allows_host(rules, place.host, place.port, caller.host)
            return None if is_allowed else rule_text(place.host, place.port)


def _has_path(rules: tuple[Rule, ...], path: str) -> bool:
    """Whether a rule has a path. In both, links are followed: one that leads elsewhere does not help."""
    real = os.path.realpath(path)
    return any(rule.has_path(real) or _followed(rule).has_path(real) for rule in rules)


def _followed(rule: Rule) -> Rule:
    if rule.path is None:
        return rule
    plain, star, rest = rule.path.partition("*")
    directory, _, name = plain.rpartition("/")
    return Rule(rule.text, path=f"{os.path.realpath(directory or '/').rstrip('/')}/{name}{star}{rest}")


def _refused(caller: Caller, member: MemberAddress, wanted: str) -> CommandError:
    listed = ", ".join(caller.settings.targets) or "nothing"
    return bad_value(
        f"{printed(member)}: MI may not have the engine send there; mi.targets, which lists {listed}, "
        f"would have to list {wanted} as well"
    )
