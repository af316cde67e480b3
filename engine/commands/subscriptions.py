"""Commands on subscriptions and their members."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from engine.commands.arguments import (
    address_of,
    bad_value,
    invalid,
    known_subscription,
    member_index,
    registered_event,
    text,
)
from engine.commands.changes import remember_addition, remember_removal
from engine.commands.context import Context
from engine.commands.options import with_options
from engine.commands.parameters import Socket
from engine.commands.registry import Role, command
from engine.commands.sockets import failover_warnings, load_transports
from engine.config.model import SubscriptionSettings
from engine.core import Engine
from engine.errors import CommandError, SwitchboardError
from engine.options import SubscriptionOptions


@command(Role.OPERATE)
@with_options
async def subscribe(
    context: Context,
    event: str,
    socket: Socket,
    expire: float | None = None,
    is_by_hand: bool = False,
    **options: Any,
) -> dict[str, Any]:
    """Subscribe a socket to an event. `expire` in seconds, absent is permanent; subscribing again refreshes.

    What is new and `is_by_hand` can be undone, and saved to the configuration.
    """
    engine = context.engine
    name = registered_event(engine, event)
    address = address_of(socket)
    chosen = {key: value for key, value in {"expire": expire, **options}.items() if value is not None}
    entry = _entry(name, socket, chosen)
    await load_transports(address)
    is_new = engine.table.find(name, address) is None
    try:
        subscription = engine.subscribe(name, address, entry.expire, _options(engine, entry))
    except SwitchboardError as error:
        raise bad_value(str(error)) from error
    if is_new and is_by_hand:
        remember_addition(engine, subscription)
    warnings = failover_warnings(engine, address)
    if subscription.is_configured and entry.expire is not None:
        warnings.append("the configuration has this subscription, and decides how long it lasts")
    return {"id": subscription.id, "warnings": warnings}


@command(Role.OPERATE, asks=True, is_open=True)
def unsubscribe(context: Context, subscription: str) -> dict[str, str]:
    """End a subscription. What it still holds ends undelivered."""
    engine = context.engine
    found = known_subscription(engine, subscription)
    remember_removal(engine, found)
    engine.unsubscribe(found.id)
    return {"id": found.id}


@command(Role.OPERATE, is_open=True, aliases=("pause",))
def pause_member(context: Context, subscription: str, member: int) -> dict[str, Any]:
    """Pause a member: it is passed over, never marked, until it is resumed."""
    found = known_subscription(context.engine, subscription)
    index = member_index(found, member)
    context.engine.pause(found.id, index)
    return {"id": found.id, "member": index, "paused": True}


@command(Role.OPERATE, is_open=True, aliases=("resume",))
def resume_member(context: Context, subscription: str, member: int) -> dict[str, Any]:
    """Resume a paused member."""
    found = known_subscription(context.engine, subscription)
    index = member_index(found, member)
    context.engine.resume(found.id, index)
    return {"id": found.id, "member": index, "paused": False}


@command(Role.OPERATE, is_open=True)
async def reopen_files(context: Context, path: str | None = None) -> dict[str, int]:
    """Close the flat files and open them anew, all or the one at `path`, after a log rotation moved them."""
    files = await context.engine.reopen_files(None if path is None else text(path, "path"))
    if path is not None and not files:
        raise CommandError(400, "File not found", f"no subscription writes to {path}")
    return {"files": files}


def _entry(event: str, socket: str, chosen: dict[str, Any]) -> SubscriptionSettings:
    """The same checks as a configuration's entry gets."""
    try:
        return SubscriptionSettings(event=event, socket=socket, **chosen)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
        raise invalid("; ".join(problems)) from None


def _options(engine: Engine, entry: SubscriptionSettings) -> SubscriptionOptions | None:
    """None when the caller chose no option, so that a refreshed subscription keeps those it has."""
    if entry.model_fields_set <= {"event", "socket", "expire"}:
        return None
    return engine.settings.options_for(entry)
