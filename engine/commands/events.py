"""Raising events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.audit import acting
from engine.commands.arguments import registered_event
from engine.commands.registry import command
from engine.errors import BusyError, CommandError, EventError, RefusedError
from engine.event import Event, Param, Value

if TYPE_CHECKING:
    from engine.core import Engine


@command(changes=True)
def raise_event(engine: Engine, event: str, params: Any = None) -> dict[str, int]:
    """Raise an event. `params`: a mapping, a list of values, or a list of [name, value] pairs (names may repeat)."""
    raised = checked_event(registered_event(engine, event), params)
    return {"subscriptions": hand_over(engine, raised, acting())}


def hand_over(engine: Engine, event: Event, source: str) -> int:
    """Give an event to the engine; the answer is how many subscriptions hear it.

    Raises:
        CommandError: 503 when the inbox is full and it may be tried again, 500 when the engine refuses it.
    """
    try:
        return engine.raise_event(event, source)
    except BusyError as error:
        raise CommandError(503, "Busy", str(error)) from None
    except RefusedError as error:
        raise CommandError(500, "Cannot Raise Event", str(error)) from None


async def hand_over_many(engine: Engine, events: Sequence[Event], source: str) -> RefusedError | None:
    """Give events to the engine, in order, waiting for room. None when it took all; else why, and how many before."""
    try:
        await engine.raise_many(events, source)
    except RefusedError as error:
        return error
    return None


def refused_after(error: RefusedError, count: int) -> CommandError:
    """What is answered for events that were refused, when some of `count` were taken before."""
    told = f"{error}; {error.taken} of {count} events were raised"
    if isinstance(error, BusyError):
        return CommandError(503, "Busy", told)
    return CommandError(500, "Cannot Raise Event", told)


def checked_event(name: str, params: Any) -> Event:
    """The event of that name with parameters as a command takes them.

    Raises:
        CommandError: they are not what an event can hold.
    """
    try:
        return Event.checked(name, params_of(params))
    except EventError as error:
        raise CommandError(400, "Bad Params", str(error)) from None


def params_of(params: Any) -> Mapping[str, Value] | list[Param | Value]:
    """Parameters as a command takes them, in the form that `Event.checked` takes.

    Raises:
        CommandError: they are no mapping and no list.
    """
    if params is None:
        return {}
    if isinstance(params, Mapping):
        return params
    if not isinstance(params, list | tuple):
        raise CommandError(400, "Bad Params", f"expected a mapping or a list, found {type(params).__name__}")
    return [_item(position, item) for position, item in enumerate(params, 1)]


def _item(position: int, item: Any) -> Any:
    """A pair that came as JSON is a list; `Event.checked` takes tuples for pairs."""
    if not isinstance(item, list | tuple):
        return item
    if len(item) != 2:
        raise CommandError(
            400, "Bad Params", f"parameter {position}: expected a name and a value, found {len(item)} items"
        )
    return tuple(item)
