"""Arguments of commands, checked and converted. They come typed from the console and as text from MI clients."""

from __future__ import annotations

import re

from engine.address import Address, MemberAddress, VirtualAddress, parse, read_masked
from engine.core import Engine
from engine.errors import CommandError, SocketTextError
from engine.nearest import nearest
from engine.subscriptions.table import Subscription

_WHOLE = re.compile(r"[0-9]{1,9}")


def invalid(data: str) -> CommandError:
    """The error for an argument of the wrong type or outside its range."""
    return CommandError(-32602, "Invalid params", data)


def bad_value(data: str) -> CommandError:
    """The error for an argument that means nothing here: unknown event, malformed socket."""
    return CommandError(400, "Bad parameter value", data)


def text(value: object, name: str) -> str:
    """A string that is not empty."""
    if not isinstance(value, str):
        raise invalid(f"{name}: expected a string, found {type(value).__name__}")
    if not value:
        raise invalid(f"{name}: expected a string, found nothing")
    return value


def whole(value: object, name: str) -> int:
    """A whole number from 0, or its decimal text."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise invalid(f"{name}: expected a whole number from 0, found {value!r}")
    return value


def registered_event(engine: Engine, name: object) -> str:
    """The name of an event that this engine knows."""
    event = text(name, "event")
    if event in engine.event_ids:
        return event
    near = nearest(event, engine.event_ids)
    hint = "" if near is None else f"; did you mean {near}?"
    raise bad_value(f"unknown event {event!r}: add it under `events:` in the configuration{hint}")


def address_of(socket: object) -> Address:
    """The address that a socket text stands for. The error tells every problem, each with its column."""
    try:
        return parse(text(socket, "socket"))
    except SocketTextError as error:
        raise bad_value(str(error)) from None


def member_address_of(engine: Engine, socket: object, subscription_id: object) -> MemberAddress:
    """The address of a member as it is typed; a masked password stands for the one that the subscription, if any, has.

    The error tells every problem, each with its column.
    """
    known = () if subscription_id is None else members_of(known_subscription(engine, subscription_id).address)
    try:
        return read_masked(text(socket, "socket"), known)
    except SocketTextError as error:
        raise bad_value(str(error)) from None


def known_subscription(engine: Engine, subscription_id: object) -> Subscription:
    """The subscription with an id."""
    found = engine.table.get(text(subscription_id, "subscription"))
    if found is None:
        raise CommandError(404, "Subscriber does not exist", f"no subscription has the id {subscription_id!r}")
    return found


def member_index(subscription: Subscription, member: object) -> int:
    """The position of a member in its subscription, from 0."""
    index = whole(member, "member")
    count = len(members_of(subscription.address))
    if index >= count:
        raise CommandError(404, "Member does not exist", f"{subscription.id} has members 0 to {count - 1}, not {index}")
    return index


def members_of(address: Address) -> tuple[MemberAddress, ...]:
    """The members behind an address; a plain socket is its own only member."""
    return address.members if isinstance(address, VirtualAddress) else (address,)
