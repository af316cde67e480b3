"""Socket text to address."""

from __future__ import annotations

from engine.address.model import Address, MemberAddress


def parse(text: str) -> Address:
    """The address that a socket text stands for."""
    raise NotImplementedError(text)


def parse_member(text: str) -> MemberAddress:
    """The address of one member."""
    raise NotImplementedError(text)
