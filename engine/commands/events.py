"""Raising events. The audit trail has a count of them, by caller and minute."""

from __future__ import annotations

from collections.abc import Sequence

from engine.audit import acting
from engine.commands.arguments import invalid, registered_event
from engine.commands.context import Context
from engine.commands.parameters import EventParams, ManyEventParams
from engine.commands.registry import Role, command
from engine.errors import BusyError, CommandError, RefusedError
from engine.event import Event

MANY_MAX = 10_000
"""Events in one call: what is looked at in one go, before anybody else has a turn."""


@command(Role.OPERATE, is_open=True, is_counted=True)
def raise_event(context: Context, event: str, params: EventParams | None = None) -> dict[str, int]:
    """Raise an event; the answer is how many subscriptions hear it."""
    raised = Event(registered_event(context.engine, event), params or ())
    return {"subscriptions": hand_over(context, raised, acting())}


@command(Role.OPERATE, is_open=True, is_counted=True)
async def raise_many(context: Context, event: str, events: ManyEventParams) -> dict[str, int]:
    """Raise an event many times; `events` has the parameters of each. Waits for room wherever members make progress."""
    name = known_event(context, event)
    if len(events) > MANY_MAX:
        raise invalid(f"expected at most {MANY_MAX} events, found {len(events)}")
    refused = await hand_over_many(context, [Event(name, params) for params in events], acting())
    if refused is not None:
        raise refused_after(refused, len(events))
    subscriptions = len(context.engine.table.of_event(name))
    if not subscriptions:
        raise nobody_heard()
    return {"raised": len(events), "subscriptions": subscriptions}


def known_event(context: Context, name: str) -> str:
    """The name of an event that is known.

    Raises:
        CommandError: 404 when it is not.
    """
    if name not in context.engine.event_ids:
        raise CommandError(404, "Event not registered")
    return name


def nobody_heard() -> CommandError:
    """The error that tells whoever raised an event that nobody is subscribed to it."""
    return CommandError(480, "Temporarily Unavailable")


def hand_over(context: Context, event: Event, source: str) -> int:
    """Give an event to the engine, and count it; the answer is how many subscriptions hear it.

    Raises:
        CommandError: 503 when the inbox is full and it may be tried again, 500 when the engine refuses it.
    """
    try:
        heard = context.engine.raise_event(event, source)
    except RefusedError as error:
        refusal = _refusal(error, str(error))
        _count(context, 1, refusal)
        raise refusal from None
    _count(context, 1)
    return heard


async def hand_over_many(context: Context, events: Sequence[Event], source: str) -> RefusedError | None:
    """Give events to the engine, in order, waiting for room, and count them. None when it took all; else why, and how
    many before."""
    try:
        await context.engine.raise_many(events, source)
    except RefusedError as error:
        _count(context, error.taken)
        _count(context, len(events) - error.taken, _refusal(error, str(error)))
        return error
    _count(context, len(events))
    return None


def refused_after(error: RefusedError, count: int) -> CommandError:
    """What is answered for events that were refused, when some of `count` were taken before."""
    return _refusal(error, f"{error}; {error.taken} of {count} events were raised")


def _refusal(error: RefusedError, told: str) -> CommandError:
    if isinstance(error, BusyError):
        return CommandError(503, "Busy", told)
    return CommandError(500, "Cannot Raise Event", told)


def _count(context: Context, events: int, refusal: CommandError | None = None) -> None:
    if events:
        result = None if refusal is None else f"refused: {refusal}"
        context.audit.count(context.engine.clock.wall(), "raise_event", events, result)
