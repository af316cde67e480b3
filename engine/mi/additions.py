"""Methods that OpenSIPS does not have, all named `sb:...`: raising many, unsubscribe, pause, resume, the state."""

from __future__ import annotations

from typing import Any

from engine.commands.events import hand_over_many, refused_after
from engine.commands.gate import execute
from engine.errors import CommandError
from engine.event import Event, Param
from engine.mi.envelope import CALLS_MAX
from engine.mi.event_params import event_params
from engine.mi.jsontext import Pieces
from engine.mi.long_answers import told
from engine.mi.methods import known_event, nobody_heard
from engine.mi.parameters import Arguments, bad_type, invalid_params, string
from engine.mi.registry import Caller, method

MODULE = "switchboard"


@method("event events", module=MODULE, names=("sb:raise_many",))
async def raise_many(caller: Caller, arguments: Arguments) -> dict[str, int]:
    """Raises an event many times; `events` is an array with the params of each, in the forms of raise_event."""
    name, listed = known_event(caller, arguments), arguments["events"]
    if type(listed) is not list:
        raise bad_type("events")
    if len(listed) > CALLS_MAX:
        raise invalid_params(f"expected at most {CALLS_MAX} events, found {len(listed)}")
    events = [Event(name, _params(position, given)) for position, given in enumerate(listed, 1)]
    refused = await hand_over_many(caller.context.engine, events, caller.source)
    if refused is not None:
        raise refused_after(refused, len(events))
    subscriptions = len(caller.context.engine.table.of_event(name))
    if not subscriptions:
        raise nobody_heard()
    return {"raised": len(events), "subscriptions": subscriptions}


@method("subscription", module=MODULE, names=("sb:unsubscribe",))
async def unsubscribe(caller: Caller, arguments: Arguments) -> Any:
    """Ends a subscription, by the id that sb:status shows."""
    return await execute(caller.context, "unsubscribe", subscription=string(arguments, "subscription"))


@method("subscription member", module=MODULE, names=("sb:pause",))
async def pause(caller: Caller, arguments: Arguments) -> Any:
    """Pauses a member (counted from 0): it is passed over until it is resumed."""
    return await execute(caller.context, "pause_member", **_member(arguments))


@method("subscription member", module=MODULE, names=("sb:resume",))
async def resume(caller: Caller, arguments: Arguments) -> Any:
    """Resumes a paused member."""
    return await execute(caller.context, "resume_member", **_member(arguments))


@method("", module=MODULE, names=("sb:status",))
async def status(caller: Caller, _arguments: Arguments) -> Pieces:
    """Shows every subscription and member: state, counters, last error. Times are seconds of the engine's own clock."""
    return await caller.context.engine.slices.run(told(await caller.context.look()))


def _member(arguments: Arguments) -> dict[str, str]:
    return {"subscription": string(arguments, "subscription"), "member": string(arguments, "member")}


def _params(position: int, given: Any) -> tuple[Param, ...]:
    """The parameters of one of many events. Where one is wrong, none is raised."""
    try:
        return event_params(given)
    except CommandError as error:
        raise CommandError(error.code, error.message, f"event {position}: {error.data}; nothing was raised") from None
