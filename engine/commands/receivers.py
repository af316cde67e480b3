"""Commands on the lab's receivers: faults on demand, for demos and for troubleshooting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.commands.arguments import known_subscription, member_index, members_of, text
from engine.commands.context import Context
from engine.commands.registry import Role, command
from engine.errors import CommandError, SwitchboardError
from engine.slices import Steps
from engine.subscriptions.table import SubscriptionTable

if TYPE_CHECKING:  # most engines have no lab, and are to start without loading it
    from engine.lab import Lab


@command(Role.ADMIN)
async def toggle_receiver(context: Context, subscription: str, member: int) -> dict[str, Any]:
    """Stop the lab's receiver behind a member, or start it again."""
    found = known_subscription(context.engine, subscription)
    address = members_of(found.address)[member_index(found, member)]
    if context.lab is None:
        raise CommandError(404, "No receiver", "this engine has no lab; its configuration has no `lab:` section")
    receiver = context.lab.receiver_of(address)
    if receiver is None:
        raise CommandError(404, "No receiver", "the lab has no receiver for this member's socket")
    try:
        await context.lab.toggle(receiver)
    except SwitchboardError as error:
        raise CommandError(500, "Cannot Start Receiver", str(error)) from error
    return {"receiver": receiver.name, "running": receiver.is_running}


@command(Role.ADMIN)
async def set_trouble(context: Context, subscription: str, member: int, trouble: str) -> dict[str, Any]:
    """Have the lab's receiver behind a member refuse, hang, error, slow or reset; none heals it.

    `toggle:hang` has it hang, or heals it when it hangs already.
    """
    found = known_subscription(context.engine, subscription)
    address = members_of(found.address)[member_index(found, member)]
    lab = context.lab
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


@command(Role.VIEW, is_open=True)
async def lab_receivers(context: Context) -> list[dict[str, Any]]:
    """Which members have one of the lab's receivers behind them."""
    if context.lab is None:
        return []
    return await context.engine.slices.run(_behind(context.lab, context.engine.table))


def _behind(lab: Lab, table: SubscriptionTable) -> Steps[list[dict[str, Any]]]:
    found = []
    for subscription in table:
        for index, address in enumerate(members_of(subscription.address)):
            receiver = lab.receiver_of(address)
            if receiver is not None:
                found.append({"subscription": subscription.id, "member": index, "receiver": receiver.name})
        yield
    return found
