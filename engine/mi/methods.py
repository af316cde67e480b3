"""OpenSIPS' own MI methods, in its names, shapes, codes and words. The names of 4.x are aliases.

See docs/event-interface.md, 4.1.
"""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from engine.address import parse
from engine.commands.arguments import address_of, bad_value, registered_event
from engine.commands.events import hand_over, known_event, nobody_heard
from engine.commands.gate import execute
from engine.errors import CommandError, SocketTextError
from engine.event import Event
from engine.mi.event_params import event_params
from engine.mi.jsontext import Pieces, encode
from engine.mi.long_answers import with_list
from engine.mi.parameters import Arguments, bad_type, integer, invalid_params, string
from engine.mi.registry import METHODS, Caller, method
from engine.mi.subscriber_entry import subscriber_entry
from engine.mi.targets import check_targets
from engine.slices import Steps
from engine.subscriptions.table import Subscription
from engine.version import __version__

_log = logging.getLogger(__name__)

EXPIRE_DEFAULT_S = 3600
"""Expiry of a subscription that names none (docs/event-interface.md, 1.3)."""

OPENSIPS_VERSION = "3.6.8"
"""The release whose interface this is; clients read it from `version`."""


@method("event socket", "event socket expire", module="event interface", names=("event_subscribe", "evi:subscribe"))
async def event_subscribe(caller: Caller, arguments: Arguments) -> str:
    """Subscribes a socket to an event for `expire` seconds (3600); 0 ends what was subscribed over MI."""
    event, socket = _non_empty(arguments, "event"), _non_empty(arguments, "socket")
    expire = integer(arguments, "expire") if "expire" in arguments else EXPIRE_DEFAULT_S
    if expire < 0:
        raise invalid_params("Negative expire value")
    engine = caller.context.engine
    registered_event(engine, event)
    address = address_of(socket)
    found = engine.table.find(event, address)
    if expire == 0:
        if found is not None and found.is_configured:
            _withdraw(caller, found)
        elif found is not None:
            await execute(caller.context, "unsubscribe", subscription=found.id)
        return "OK"
    if found is None or not found.is_configured:
        await check_targets(caller, address)
    was_asked_for = found is not None and engine.roster.is_asked_for(found)
    made = await execute(caller.context, "subscribe", event=event, socket=socket, expire=expire)
    if found is not None and found.is_configured and not was_asked_for:
        _log.info("%s asked for %s %s, which the configuration has: it decides", caller.source, event, found.socket)
    if found is None:
        # The answer has no place for warnings. A client that refreshes would repeat them every few seconds.
        for warning in made["warnings"]:
            _log.warning("%s subscribed to %s: %s", caller.source, event, warning)
    return "OK"


@method("", module="event interface", names=("events_list", "evi:list"))
def events_list(caller: Caller, _arguments: Arguments) -> dict[str, Any]:
    """Lists the events that can be subscribed to and raised."""
    by_id = sorted(caller.context.engine.event_ids.items(), key=lambda item: item[1])
    return {"Events": [{"name": name, "id": number} for name, number in by_id]}


@method("", "event", "event socket", module="event interface", names=("subscribers_list", "evi:subscribers"))
async def subscribers_list(caller: Caller, arguments: Arguments) -> Pieces | dict[str, Any]:
    """Lists the subscribers of all events, of one event, or one of them."""
    if not arguments:
        return await caller.context.engine.slices.run(_subscribers_of_all(caller))
    event = string(arguments, "event")
    number = caller.context.engine.event_ids.get(event)
    if number is None:
        raise CommandError(404, "Event not published")
    if "socket" in arguments:
        return _one_subscriber(caller, event, number, string(arguments, "socket"))
    if not caller.context.engine.table.of_event(event):
        return {"Event": {}}
    return Pieces((b'{"Event":', *await caller.context.engine.slices.run(_subscribers(caller, event, number)), b"}"))


@method("event", "event params", module="event interface", names=("raise_event", "evi:raise"))
def raise_event(caller: Caller, arguments: Arguments) -> str:
    """Raises an event; `params` is an object, an array, or a string that holds a JSON object."""
    event = raised_event(caller, arguments)
    if not hand_over(caller.context, event, caller.source):
        raise nobody_heard()
    return "OK"


def raised_event(caller: Caller, arguments: Arguments) -> Event:
    """The event that a call of `raise_event` means.

    Raises:
        CommandError: 404 when nobody knows the event, 400 for parameters that it cannot carry.
    """
    params = event_params(arguments["params"]) if "params" in arguments else ()
    return Event(known_event(caller.context, string(arguments, "event")), params)


@method("path_to_file", module="event_flatstore", names=("evi_flat_rotate", "event_flatstore:rotate"))
async def evi_flat_rotate(caller: Caller, arguments: Arguments) -> str:
    """Closes a flat file and opens it anew, after something else has moved it away."""
    path = string(arguments, "path_to_file")
    if not path:
        raise CommandError(400, "File not found")
    try:
        await execute(caller.context, "reopen_files", path=path)
    except CommandError as error:
        raise CommandError(error.code, error.message) from None
    return "OK"


@method("", "command", module="core", names=("which",))
def which(_caller: Caller, arguments: Arguments) -> list[Any]:
    """Lists the commands, or the parameters of one, an array for each way to call it."""
    if not arguments:
        return list(METHODS)
    found = METHODS.get(string(arguments, "command"))
    if found is None:
        raise CommandError(404, "unknown MI command")
    return [list(signature) for signature in found.signatures]


@method("", "mi_cmd", module="core", names=("help",))
def help_text(_caller: Caller, arguments: Arguments) -> str | dict[str, str]:
    """Says what a command does."""
    if not arguments:
        return "help mi_cmd - what a command does; which - the list of commands"
    found = METHODS.get(string(arguments, "mi_cmd"))
    if found is None:
        raise CommandError(404, "unknown MI command")
    return {"Help": found.help, "Exported by": found.module}


@method("", module="core")
def version(_caller: Caller, _arguments: Arguments) -> dict[str, str]:
    """Says which OpenSIPS interface this is, and which Switchboard."""
    # opensips-cli reads the digits behind "OpenSIPS (" and picks its event transport by them
    # (docs/event-interface.md, 8).
    return {"Server": f"OpenSIPS ({OPENSIPS_VERSION} (Switchboard {__version__}))"}


@method("", module="core")
def uptime(caller: Caller, _arguments: Arguments) -> dict[str, str]:
    """Says since when the engine has been running."""
    seconds, wall = caller.context.engine.uptime_s, caller.context.engine.clock.wall()
    return {
        "Now": time.ctime(wall),
        "Up since": time.ctime(wall - seconds),
        "Up time": f"{int(seconds)} [sec]",
    }


@method("", module="core")
def ps(_caller: Caller, _arguments: Arguments) -> dict[str, Any]:
    """Lists the processes: there is one."""
    return {"Processes": [{"ID": 0, "PID": os.getpid(), "Type": "switchboard engine"}]}


def _withdraw(caller: Caller, found: Subscription) -> None:
    """Take back what MI asked for; the configuration's own subscription is not for MI's clients to end.

    Raises:
        CommandError: nothing was asked for, so this can only be meant for the configuration's.
    """
    if not caller.context.engine.roster.withdraw(found):
        raise bad_value(
            f"{found.event} {found.socket} stands in the configuration and goes on; "
            f"sb:unsubscribe {found.id} ends it until the next start or reload"
        )
    _log.info("%s no longer asks for %s %s; the configuration has it", caller.source, found.event, found.socket)


def _non_empty(arguments: Arguments, name: str) -> str:
    value = string(arguments, name)
    if not value:
        raise bad_type(name)
    return value


def _subscribers_of_all(caller: Caller) -> Steps[Pieces]:
    rows = []
    for name, number in sorted(caller.context.engine.event_ids.items(), key=lambda item: item[1]):
        if caller.context.engine.table.of_event(name):
            rows.append((yield from _subscribers(caller, name, number)))
        yield
    return (yield from with_list({}, "Events", rows))


def _subscribers(caller: Caller, event: str, number: int) -> Steps[Pieces]:
    now = caller.context.engine.clock.now()
    entries = (encode(subscriber_entry(one, now)) for one in caller.context.engine.table.of_event(event))
    return with_list({"name": event, "id": number}, "Subscribers", entries)


def _one_subscriber(caller: Caller, event: str, number: int, socket: str) -> dict[str, Any]:
    try:
        found = caller.context.engine.table.find(event, parse(socket))
    except SocketTextError:
        found = None
    if found is None:
        raise CommandError(404, "Subscriber does not exist")
    entry = subscriber_entry(found, caller.context.engine.clock.now())
    return {"Event": {"name": event, "id": number, "Subscriber": entry}}
