"""A subscription as an operator would have it: the draft of a form, checked, and what is different about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from pydantic import ValidationError

from engine.address import (
    MEMBERS_MAX,
    Address,
    MemberAddress,
    PolicyName,
    VirtualAddress,
    printed,
    read_masked,
    too_many,
)
from engine.commands.arguments import members_of
from engine.config.model import SubscriptionSettings
from engine.config.wording import quoted, wanted
from engine.core import Engine
from engine.errors import SocketTextError
from engine.options import OPTIONS, SubscriptionOptions
from engine.subscriptions.changes import Shape
from engine.subscriptions.table import Subscription


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form holds. `shape` is None while something in it is wrong."""

    shape: Shape | None
    problems: tuple[dict[str, Any], ...]


def draft_of(
    engine: Engine,
    found: Subscription,
    policy: object,
    members: object,
    expire: object,
    options: object,
) -> Draft:
    """Check a form. Masked passwords stand for those that the subscription has."""
    problems: list[dict[str, Any]] = []
    address = _address(found, policy, members, problems)
    entry = _entry(found, expire, options, problems)
    if address is None or entry is None:
        return Draft(None, tuple(problems))
    wanted = engine.settings.options_for(entry)
    return Draft(Shape(found.event, address, wanted, entry.expire, found.is_configured), ())


def shape_of(found: Subscription) -> Shape:
    """A subscription as it is."""
    return Shape(found.event, found.address, found.options, found.expire_s, found.is_configured)


def lines_of(shape: Shape | None) -> list[str]:
    """What an operator can change, a line each; passwords are masked."""
    if shape is None:
        return []
    policy = shape.address.policy if isinstance(shape.address, VirtualAddress) else "none, one plain socket"
    expiry = "never" if shape.expire_s is None else f"{shape.expire_s:g} s after it was made or refreshed"
    return [
        f"event {shape.event}",
        f"policy {policy}",
        *(f"member {printed(member)}" for member in members_of(shape.address)),
        f"expires {expiry}",
        *(f"{name} {_shown(getattr(shape.options, name))}" for name in OPTIONS),
    ]


def difference(before: Shape | None, after: Shape | None) -> list[str]:
    """The lines of both, each behind `- ` (goes), `+ ` (comes) or two blanks (stays)."""
    old, new = lines_of(before), lines_of(after)
    told: list[str] = []
    for kind, start, stop, new_start, new_stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            told += [f"  {line}" for line in old[start:stop]]
        else:
            told += [f"- {line}" for line in old[start:stop]]
            told += [f"+ {line}" for line in new[new_start:new_stop]]
    if before is not None and after is not None and old == new and before.address != after.address:
        told.append("+ other passwords")
    return told


def options_shown(options: SubscriptionOptions) -> dict[str, Any]:
    """Options as plain values."""
    return {name: _plain(getattr(options, name)) for name in OPTIONS}


def _address(found: Subscription, policy: object, members: object, problems: list[dict[str, Any]]) -> Address | None:
    if not isinstance(members, Sequence) or isinstance(members, str) or not members:
        problems.append(_problem("members", "at least one member was expected"))
        return None
    if len(members) > MEMBERS_MAX:
        problems.append(_problem("members", too_many(len(members))))
        return None
    read = [_member(found, position, text, problems) for position, text in enumerate(members, 1)]
    addresses = tuple(member for member in read if member is not None)
    if policy in {None, ""}:
        if len(members) != 1:
            problems.append(_problem("policy", "a plain subscription has one member; choose a policy for several"))
            return None
        return addresses[0] if addresses else None
    if policy not in set(PolicyName):
        problems.append(_problem("policy", f"expected {', '.join(PolicyName)}, or none; found {policy!r}"))
        return None
    return VirtualAddress(PolicyName(str(policy)), addresses) if len(addresses) == len(members) else None


def _member(found: Subscription, position: int, text: object, problems: list[dict[str, Any]]) -> MemberAddress | None:
    if not isinstance(text, str):
        problems.append(_problem("members", f"member {position}: expected a text"))
        return None
    try:
        return read_masked(text.strip(), members_of(found.address))
    except SocketTextError as error:
        problems += [{**asdict(problem), "member": position, "field": "members"} for problem in error.problems]
        return None


def _entry(
    found: Subscription, expire: object, options: object, problems: list[dict[str, Any]]
) -> SubscriptionSettings | None:
    """Expiry and options, with the same checks as a configuration's entry gets; absent options stay as they are."""
    if not isinstance(options, Mapping):
        problems.append(_problem("options", "expected a mapping"))
        return None
    unknown = [str(name) for name in options if name not in OPTIONS]
    problems += [_problem(name, f"no such option; there are {', '.join(OPTIONS)}") for name in unknown]
    chosen = {**options_shown(found.options), **options}
    try:
        entry = SubscriptionSettings.model_validate({"event": found.event, "socket": "", "expire": expire, **chosen})
    except ValidationError as error:
        wrong = [one for one in error.errors() if one["loc"][0] not in unknown]
        problems += [_problem(str(one["loc"][0]), _expected(one)) for one in wrong]
        return None
    return None if unknown else entry


def _problem(field: str, message: str) -> dict[str, Any]:
    return {"field": field, "column": None, "message": message, "member": None, "hint": None}


def _expected(error: Mapping[str, Any]) -> str:
    typed = error["input"]
    found = quoted(typed) if isinstance(typed, str) else "nothing" if typed is None else str(typed)
    return f"expected {wanted(error)}, found {found}"


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
