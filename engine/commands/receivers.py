"""Commands on the lab's receivers: faults on demand, for demos and for troubleshooting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.commands.arguments import known_subscription, member_index, members_of, text
from engine.commands.registry import command
from engine.errors import CommandError, SwitchboardError

if TYPE_CHECKING:
    from engine.core import Engine


@command(changes=True)
async def set_trouble(engine: Engine, subscription: str, member: int, trouble: str) -> dict[str, Any]:
    """Have the lab's receiver behind a member refuse, hang, error, slow or reset; none heals it.

    `toggle:hang` has it hang, or heals it when it hangs already.
    """
    found = known_subscription(engine, subscription)
    address = members_of(found.address)[member_index(found, member)]
    lab = engine.lab
    receiver = None if lab is None else lab.receiver_of(address)
    if lab is None or receiver is None:
        raise CommandError(404, "No receiver", "this member's receiver is not one of the lab's, so it is left alone")
    before = str(receiver.trouble) if receiver.is_running else "refuse"
    wanted = text(trouble, "trouble")
    if wanted == f"toggle:{before}":
        wanted = "none"
    try:
        await lab.set_trouble(receiver, wanted.removeprefix("toggle:"))
    except SwitchboardError as error:
        raise CommandError(400, "Bad parameter value", str(error)) from error
    return {"receiver": receiver.name, "trouble": str(receiver.trouble), "running": receiver.is_running}


@command(changes=False)
def lab_receivers(engine: Engine) -> list[dict[str, Any]]:
    """Which members have one of the lab's receivers behind them."""
    lab = engine.lab
    if lab is None:
        return []
    return [
        {"subscription": subscription.id, "member": index, "receiver": receiver.name}
        for subscription in engine.table
        for index, address in enumerate(members_of(subscription.address))
        if (receiver := lab.receiver_of(address)) is not None
    ]
