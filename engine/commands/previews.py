"""What an event would be on the wire, told before it is raised."""

from __future__ import annotations

from typing import Any

from engine.commands.arguments import registered_event
from engine.commands.context import Context
from engine.commands.encodings import Encoded, encoded_for
from engine.commands.parameters import EventParams
from engine.commands.registry import Role, command
from engine.core import Engine
from engine.event import Event
from engine.member import Member
from engine.slices import Steps
from engine.subscriptions.table import Subscription


@command(Role.VIEW, is_open=True)
async def preview_event(context: Context, event: str, params: EventParams | None = None) -> dict[str, Any]:
    """Tell what every member of every subscription to an event would be sent, and whether it fits. Nothing is sent.

    Members that would get the same bytes stand together; bytes are in hexadecimal digits. Passwords are masked.
    """
    wanted = Event(registered_event(context.engine, event), params or ())
    return {"event": wanted.name, "payloads": await context.engine.slices.run(_payloads(context.engine, wanted))}


def _payloads(engine: Engine, event: Event) -> Steps[list[dict[str, Any]]]:
    found: dict[Encoded, list[dict[str, Any]]] = {}
    for subscription in engine.table:
        if subscription.event == event.name:
            for member, encoded in encoded_for(event, subscription.lane.members):
                found.setdefault(encoded, []).append(_receiver(subscription, member, len(encoded.payload)))
        yield
    return [
        {
            "format": encoded.format_name,
            "bytes": encoded.payload.hex(),
            "size": len(encoded.payload),
            "failure": encoded.failure,
            "members": members,
        }
        for encoded, members in found.items()
    ]


def _receiver(subscription: Subscription, member: Member, size: int) -> dict[str, Any]:
    longest = member.target.transport.payload_max
    return {
        "subscription": subscription.id,
        "policy": None if subscription.policy is None else str(subscription.policy),
        "member": member.index,
        "socket": member.socket,
        "scheme": member.address.scheme,
        "payload_max": longest,
        "fits": longest is None or size <= longest,
    }
