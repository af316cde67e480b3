"""Commands that change nothing: what a socket means, which events there are."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.address import Address, PolicyName, VirtualAddress, parse, printed, read_masked
from engine.catalogue import EventInfo
from engine.catalogue import catalogue as known_events
from engine.commands.arguments import bad_value, known_subscription, members_of, whole
from engine.commands.registry import command
from engine.errors import SocketTextError, SwitchboardError
from engine.log.handlers import LogLine
from engine.transports.registry import load

if TYPE_CHECKING:
    from engine.core import Engine


@command()
async def check_socket(engine: Engine, socket: str, subscription: str | None = None) -> dict[str, Any]:
    """Check a socket as it is typed: its problems, its normal form, and what to be warned of.

    With a subscription it is that of one of its members, whose masked password is known.
    """
    known = None if subscription is None else members_of(known_subscription(engine, subscription).address)
    try:
        address = parse(socket) if known is None else read_masked(socket, known)
    except SocketTextError as error:
        return {"problems": [asdict(problem) for problem in error.problems], "normal": None, "warnings": []}
    await load_transports(address)
    return {"problems": [], "normal": printed(address), "warnings": failover_warnings(engine, address)}


@command()
def catalogue(engine: Engine) -> list[dict[str, Any]]:
    """List the events that may be raised, with their parameters."""
    known = known_events()
    return [_described(name, known.get(name)) for name in engine.event_ids]


@command()
def log_since(engine: Engine, since: int = 0, limit: int = 1_000) -> tuple[LogLine, ...]:
    """List the log's lines numbered `since` and later, the newest `limit` of them; passwords are masked."""
    return tuple(engine.log.since(whole(since, "since"), whole(limit, "limit")))


async def load_transports(address: Address) -> None:
    """Import the transports of an address in a thread, as that can take a while the first time.

    Raises:
        CommandError: when one cannot be loaded.
    """
    for scheme in sorted({member.scheme for member in members_of(address)}):
        try:
            await asyncio.to_thread(load, scheme)
        except SwitchboardError as error:
            raise bad_value(str(error)) from None


def failover_warnings(engine: Engine, address: Address) -> list[str]:
    """Why members of a FAILOVER may fail unnoticed, one sentence a member; nothing for other policies."""
    if not isinstance(address, VirtualAddress) or address.policy is not PolicyName.FAILOVER:
        return []
    warnings = []
    for position, member in enumerate(address.members, 1):
        transport = load(member.scheme)
        options = engine.settings.transport_options(member.scheme) or transport.Options()
        blindness = transport.failure_blindness(member, options)
        if blindness is not None:
            warnings.append(f"member {position} ({printed(member)}): {blindness}")
    return warnings


def _described(name: str, info: EventInfo | None) -> dict[str, Any]:
    if info is None:
        return {"name": name, "module": "", "description": "", "params": [], "open_params": True}
    described = asdict(info)
    described["params"] = list(described["params"])
    return described
