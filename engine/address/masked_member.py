"""Reading a member whose password is masked: the mask stands for a password that somebody knows, and is never one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.address.model import MASK, MemberAddress, RabbitmqAddress
from engine.address.parser import parse_member
from engine.errors import SocketProblem, SocketTextError

_STAND_IN = "x" * len(MASK)
"""Read in the place of the mask; as long as the mask, so that columns stay what they are."""


def has_mask(text: str) -> bool:
    """Whether the password in a member's text is masked."""
    return text.startswith(f"{RabbitmqAddress.scheme}:") and MASK in text.partition("/")[0]


def without_mask(text: str) -> str:
    """A member's text with another password of the same length in the place of the mask, so that it can be checked."""
    return text.replace(MASK, _STAND_IN, 1) if has_mask(text) else text


def parse_masked(text: str) -> MemberAddress:
    """The address of one member; its password is the mask where that is what stands there.

    Raises:
        SocketTextError: with every problem of the text.
    """
    address = parse_member(without_mask(text))
    if not has_mask(text):
        return address
    if isinstance(address, RabbitmqAddress) and address.password == _STAND_IN:
        return replace(address, password=MASK)
    return parse_member(text)  # the mask is a part of something; that is refused


def read_masked(text: str, known: Iterable[MemberAddress]) -> MemberAddress:
    """The address of one member; a masked password stands for the one that a known member has for this broker.

    Raises:
        SocketTextError: with every problem of the text, or because no known member logs in there.
    """
    address = parse_masked(text)
    if not has_mask(text) or not isinstance(address, RabbitmqAddress):
        return address
    for one in known:
        if isinstance(one, RabbitmqAddress) and _is_same_login(one, address):
            return replace(address, password=one.password)
    problem = SocketProblem(
        text.index(MASK) + 1, "no member here logs in to this broker as this user", hint="type the password itself"
    )
    raise SocketTextError((problem,))


def _is_same_login(known: RabbitmqAddress, typed: RabbitmqAddress) -> bool:
    """Whether a password may be used again: never at another host, or for another user."""
    return (known.host, known.port, known.user) == (typed.host, typed.port, typed.user) and known.password is not None
