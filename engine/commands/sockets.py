"""The command that checks a socket, and what other commands say of one."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from engine.address import Address, PolicyName, VirtualAddress, parse, printed, read_masked
from engine.commands.arguments import bad_value, known_subscription, members_of
from engine.commands.context import Context
from engine.commands.parameters import Socket
from engine.commands.registry import Role, command
from engine.core import Engine
from engine.errors import SocketTextError, SwitchboardError
from engine.transports.registry import load


@command(Role.VIEW, is_open=True)
async def check_socket(context: Context, socket: Socket, subscription: str | None = None) -> dict[str, Any]:
    """Check a socket as it is typed: its problems, its normal form, and what to be warned of.

    With a subscription it is that of one of its members, whose masked password is known.
    """
    known = None if subscription is None else members_of(known_subscription(context.engine, subscription).address)
    try:
        address = parse(socket) if known is None else read_masked(socket, known)
    except SocketTextError as error:
        return {"problems": [asdict(problem) for problem in error.problems], "normal": None, "warnings": []}
    await load_transports(address)
    return {"problems": [], "normal": printed(address), "warnings": failover_warnings(context.engine, address)}


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
