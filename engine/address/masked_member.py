"""Reading a member whose password is masked: the mask stands for a password that somebody knows, and is never one."""

from __future__ import annotations

from collections.abc import Iterable

from engine.address.kinds.base import MASK, MemberAddress
from engine.address.kinds.table import usable_kind
from engine.address.parser import parse_member
from engine.errors import SocketProblem, SocketTextError

_STAND_IN = "x" * len(MASK)
"""Read in the place of the mask; as long as the mask, so that columns stay what they are."""


def has_mask(text: str) -> bool:
    """Whether the password in a member's text is masked."""
    if MASK not in text.partition("/")[0]:
        return False
    scheme, colon, _ = text.partition(":")
    kind = usable_kind(scheme) if colon else None
    return kind is not None and kind.secret_name is not None


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
    if address.secret == _STAND_IN:
        return address.with_secret(MASK)
    return parse_member(text)  # the mask is a part of something; that is refused


def read_masked(text: str, known: Iterable[MemberAddress]) -> MemberAddress:
    """The address of one member; a masked password stands for the one that a known member has for this broker.

    Raises:
        SocketTextError: with every problem of the text, or because no known member logs in there.
    """
    address = parse_masked(text)
    if not has_mask(text):
        return address
    for one in known:
        if type(one) is type(address) and one.login() == address.login() and one.secret is not None:
            return address.with_secret(one.secret)
    problem = SocketProblem(
        text.index(MASK) + 1, "no member here logs in to this broker as this user", hint="type the password itself"
    )
    raise SocketTextError((problem,))
