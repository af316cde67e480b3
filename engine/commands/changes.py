"""Changing a subscription as a whole: look at it, check a draft, apply it, take the last change back."""

from __future__ import annotations

from typing import Any

from engine.address import identity
from engine.commands.arguments import bad_value, invalid, known_subscription
from engine.commands.context import Context
from engine.commands.drafts import Draft, difference, draft_of, options_shown, shape_of
from engine.commands.parameters import Free, Sockets
from engine.commands.registry import Role, command
from engine.commands.sockets import failover_warnings, load_transports
from engine.core import Engine
from engine.errors import CommandError, SwitchboardError
from engine.subscriptions.changes import Change, Shape
from engine.subscriptions.table import Subscription
from engine.view.answers import Description


@command(Role.VIEW, is_open=True)
def describe_subscription(context: Context, subscription: str) -> Description:
    """Tell everything of a subscription that can be changed, passwords masked. `left_s`: until it expires."""
    found = known_subscription(context.engine, subscription)
    return Description(
        id=found.id,
        event=found.event,
        policy=found.policy,
        members=tuple(member.socket for member in found.lane.members),
        expire=found.expire_s,
        options=options_shown(found.options),
        left_s=None if found.expires_at is None else max(found.expires_at - context.engine.clock.now(), 0.0),
    )


@command(Role.VIEW, is_open=True)
async def check_change(
    context: Context,
    subscription: str,
    policy: Free,
    members: Sockets,
    expire: Free,
    options: Free,
) -> dict[str, Any]:
    """Check a subscription as it is being changed: problems with their column, warnings, the difference."""
    engine = context.engine
    found = known_subscription(engine, subscription)
    draft = draft_of(engine, found, policy, members, expire, options)
    if draft.shape is None:
        return {"problems": list(draft.problems), "warnings": [], "diff": [], "is_changed": False}
    await load_transports(draft.shape.address)
    before = shape_of(found)
    return {
        "problems": [],
        "warnings": failover_warnings(engine, draft.shape.address),
        "diff": difference(before, draft.shape),
        "is_changed": before != draft.shape,
    }


@command(Role.OPERATE, asks=True)
async def change_subscription(
    context: Context,
    subscription: str,
    policy: Free,
    members: Sockets,
    expire: Free,
    options: Free,
) -> dict[str, Any]:
    """Change a subscription; members that stay keep connection, health and figures. `expire`: absent is permanent."""
    engine = context.engine
    found = known_subscription(engine, subscription)
    draft = draft_of(engine, found, policy, members, expire, options)
    if draft.shape is None:
        raise invalid(_told(draft))
    await load_transports(draft.shape.address)
    _check_running(engine)
    found = known_subscription(engine, subscription)
    before = shape_of(found)
    _apply(engine, found, draft.shape)
    _remember(engine, found.id, before, draft.shape)
    return {
        "id": found.id,
        "diff": difference(before, draft.shape),
        "warnings": failover_warnings(engine, found.address),
    }


@command(Role.VIEW)
def last_change(context: Context) -> dict[str, Any]:
    """Tell what taking the last change back would do; `left` is 0 when there is none."""
    engine = context.engine
    change = engine.roster.changes.last
    if change is None:
        return {"left": 0}
    shape = change.after or change.before
    return {
        "event": "" if shape is None else shape.event,
        "subscription": change.subscription,
        "was": "changed" if change.before and change.after else "added" if change.after else "removed",
        "age_s": engine.clock.now() - change.at,
        "diff": difference(change.after, change.before),
        "left": len(engine.roster.changes),
    }


@command(Role.OPERATE, asks=True)
async def undo_change(context: Context) -> dict[str, Any]:
    """Take the last change of a subscription back."""
    engine = context.engine
    change = engine.roster.changes.last
    if change is None:
        raise CommandError(404, "Nothing to undo", "no subscription was changed by hand since the start")
    if change.before is not None:
        await load_transports(change.before.address)
    _check_running(engine)
    found = engine.table.get(change.subscription)
    if change.after is not None and found is None:
        engine.roster.changes.take_back()
        raise CommandError(404, "Subscriber does not exist", "the subscription that was changed has ended since")
    if change.before is None and found is not None:
        engine.unsubscribe(found.id)
    elif change.before is not None:
        found = _bring_back(engine, found, change.before)
    engine.roster.changes.take_back()
    if found is not None:
        engine.roster.changes.rename(change.subscription, found.id)
    return {"id": None if change.before is None or found is None else found.id}


def remember_removal(engine: Engine, found: Subscription) -> None:
    """Write down that a subscription is about to be removed by hand."""
    _remember(engine, found.id, shape_of(found), None)


def remember_addition(engine: Engine, found: Subscription) -> None:
    """Write down that a subscription was added by hand."""
    _remember(engine, found.id, None, shape_of(found))


def _bring_back(engine: Engine, found: Subscription | None, shape: Shape) -> Subscription:
    if found is not None:
        _apply(engine, found, shape)
        return found
    try:
        made = engine.subscribe(shape.event, shape.address, shape.expire_s, shape.options)
    except SwitchboardError as error:
        raise bad_value(str(error)) from error
    made.is_configured = shape.is_configured
    return made


def _apply(engine: Engine, found: Subscription, shape: Shape) -> None:
    try:
        engine.roster.change(found, shape.address, shape.options)
    except CommandError:
        raise
    except SwitchboardError as error:
        raise bad_value(str(error)) from error
    if shape.expire_s != found.expire_s:
        engine.roster.set_expiry(found, shape.expire_s)


def _remember(engine: Engine, subscription: str, before: Shape | None, after: Shape | None) -> None:
    keys = [(shape.event, identity(shape.address)) for shape in (before, after) if shape is not None]
    engine.roster.changes.add(Change(subscription, engine.clock.now(), before, after), *keys)


def _check_running(engine: Engine) -> None:
    if engine.dispatcher.is_closed:
        raise CommandError(503, "Stopping", "the engine is stopping; nothing was changed")


def _told(draft: Draft) -> str:
    return "; ".join(
        (f"member {one['member']}, column {one['column']}: " if one["member"] else f"{one['field']}: ")
        + str(one["message"])
        for one in draft.problems
    )
