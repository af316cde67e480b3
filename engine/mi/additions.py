"""Methods that OpenSIPS does not have, all named `sb:...`: unsubscribe, pause, resume, and the engine's state."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.commands import execute
from engine.mi.parameters import Arguments, string
from engine.mi.registry import Caller, method

MODULE = "switchboard"


@method("subscription", module=MODULE, names=("sb:unsubscribe",))
async def unsubscribe(caller: Caller, arguments: Arguments) -> Any:
    """Ends a subscription, by the id that sb:status shows."""
    return await execute(caller.engine, "unsubscribe", subscription=string(arguments, "subscription"))


@method("subscription member", module=MODULE, names=("sb:pause",))
async def pause(caller: Caller, arguments: Arguments) -> Any:
    """Pauses a member (counted from 0): it is passed over until it is resumed."""
    return await execute(caller.engine, "pause_member", **_member(arguments))


@method("subscription member", module=MODULE, names=("sb:resume",))
async def resume(caller: Caller, arguments: Arguments) -> Any:
    """Resumes a paused member."""
    return await execute(caller.engine, "resume_member", **_member(arguments))


@method("", module=MODULE, names=("sb:status",))
def status(caller: Caller, _arguments: Arguments) -> dict[str, Any]:
    """Shows every subscription and member: state, counters, last error. Times are seconds of the engine's own clock."""
    return asdict(caller.engine.snapshot())


def _member(arguments: Arguments) -> dict[str, str]:
    return {"subscription": string(arguments, "subscription"), "member": string(arguments, "member")}
