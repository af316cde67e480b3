"""Events with plausible values, varied around the catalogue's examples: for demos and trials."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from engine.catalogue import ParamInfo, catalogue
from engine.event import INT_MAX, INT_MIN, Event, Param

_FIXED = frozenset({"threshold", "size", "status", "code", "set", "cluster_id", "depth", "type"})
"""Numbers that are configured, or mean something, and so do not vary."""

_PERCENT = frozenset({"usage", "group_load"})

_EPOCH_MIN = 1_000_000_000
"""Examples from here on are times, in seconds since 1970."""

_USERS = ("alice", "bob", "carol", "dave", "erin", "frank")
_USER = re.compile(r"\balice\b")
_IPV4 = re.compile(r"\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b")


def varied_event(name: str, random: Random, wall: float) -> Event:
    """An event as OpenSIPS might raise it now; `wall` is that now, in seconds since the epoch.

    A name that is not in the catalogue has one parameter, `number`.
    """
    info = catalogue().get(name)
    if info is None:
        return Event(name, (("number", random.randrange(1_000_000)),))
    return Event(name, tuple(_varied(param, random, wall) for param in info.params if not _is_left_out(param)))


def _is_left_out(param: ParamInfo) -> bool:
    return param.optional and param.example is None and not param.values


def _varied(param: ParamInfo, random: Random, wall: float) -> Param:
    if param.values:
        return param.name, random.choice(param.values)
    if param.type == "int":
        example = param.example if isinstance(param.example, int) else 0
        return param.name, _number(param.name, example, random, wall)
    make = _TEXTS.get(param.name)
    return param.name, make(random) if make else _text(str(param.example or ""), random)


def _number(name: str, example: int, random: Random, wall: float) -> int:
    """An integer of the example's size and sign."""
    if example >= _EPOCH_MIN:
        return min(INT_MAX, int(wall))
    if name in _FIXED or abs(example) < 10:
        return example
    spread = abs(example) // 4
    number = example + random.randint(-spread, spread)
    return min(100 if name in _PERCENT else INT_MAX, max(INT_MIN, number))


def _text(example: str, random: Random) -> str:
    """The example with other addresses and another user."""
    text = _IPV4.sub(lambda found: f"{found[1]}.{random.randint(1, 254)}", example)
    return _USER.sub(lambda _: random.choice(_USERS), text)


def _call_id(random: Random) -> str:
    return f"{random.getrandbits(48):012x}@192.0.2.{random.randint(1, 254)}"


def _tag(random: Random) -> str:
    return f"as{random.getrandbits(32):08x}"


def _phone_number(random: Random) -> str:
    return f"120255501{random.randrange(100):02d}"  # numbers that are kept for fiction


_TEXTS: dict[str, Callable[[Random], str]] = {
    "callid": _call_id,
    "dlg_callid": _call_id,
    "transfer_callid": _call_id,
    "req_callid": _call_id,
    "from_tag": _tag,
    "to_tag": _tag,
    "source_tag": _tag,
    "called_number": _phone_number,
}
"""Texts that are made anew, by the parameter's name."""
