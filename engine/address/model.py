"""Typed addresses. Each prints itself three ways: masked for people, whole for saving, canonical for comparing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

from engine.address.kinds.base import MemberAddress


class PolicyName(StrEnum):
    """The policies of a virtual subscriber, upper case only (docs/event-interface.md, 3.1)."""

    PARALLEL = "PARALLEL"
    FAILOVER = "FAILOVER"
    ROUND_ROBIN = "ROUND-ROBIN"


@dataclass(frozen=True, slots=True)
class VirtualAddress:
    """`virtual:POLICY member member ...`; at least one member, never another virtual socket.

    See docs/event-interface.md, 3.1.
    """

    scheme: ClassVar[str] = "virtual"
    policy: PolicyName
    members: tuple[MemberAddress, ...]

    def printed(self, *, secrets: bool) -> str:
        """The normal form."""
        return " ".join((f"virtual:{self.policy}", *(member.printed(secrets=secrets) for member in self.members)))

    def identity(self) -> str:
        """The members of PARALLEL are a multiset (docs/event-interface.md, D5), those of the others a list."""
        texts = [member.identity() for member in self.members]
        is_sorted = self.policy is PolicyName.PARALLEL
        return " ".join((f"virtual:{self.policy}", *(sorted(texts) if is_sorted else texts)))


Address: TypeAlias = MemberAddress | VirtualAddress
