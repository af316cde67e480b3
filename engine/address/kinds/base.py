"""What a kind of socket is: a typed address that knows its text, and what is to be known of it everywhere else.

A kind does nothing and imports nothing that does: whatever sends is its transport's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Self

from engine.address.kinds.form_fields import SocketField
from engine.address.part import Part, Problems
from engine.address.shell_line import ShellLine

MASK = "•••"
"""What stands in the place of a secret wherever a person can see it."""


class Way(StrEnum):
    """How one gets to a receiver."""

    DATAGRAM = "datagram"  # datagrams to a host and a port
    STREAM = "stream"  # a connection to a host and a port
    UNIX = "unix"  # datagrams to the path of a unix socket
    FILE = "file"  # a path of a file


class Destination(NamedTuple):
    """Where a socket leads: a host and a port, or a path, as `way` has it."""

    way: Way
    host: str = ""
    port: int = 0
    path: str = ""


@dataclass(frozen=True)
class MemberAddress(ABC):
    """A socket that is not virtual, typed. A subclass is a kind: a frozen dataclass of its parts, decoded."""

    __slots__ = ()

    scheme: ClassVar[str]
    """The prefix without its colon: lower case letters, digits and _, a letter first."""
    other_names: ClassVar[tuple[str, ...]] = ()
    """What people write for the prefix."""
    form: ClassVar[str]
    """The form of its sockets for people, as in docs/sockets.md."""
    example: ClassVar[str]
    """A socket of this kind, to begin with."""
    form_fields: ClassVar[tuple[SocketField, ...]]
    """A field for each part of the address, in the order of the form."""
    is_encoded: ClassVar[bool] = False
    """Whether a part may hold blanks, because the text has them encoded."""
    logs_in: ClassVar[bool] = False
    """Whether one logs in there; `user[:password]@` may then stand before the host."""
    is_received: ClassVar[bool] = False
    """Whether the lab has receivers for it, which listen at its only destination."""
    confirmed: ClassVar[str] = "answered"
    """What becomes of an event that the other side has for sure, in a word."""
    around: ClassVar[str] = ""
    """What the protocol puts around the bytes of an event, in words."""
    advice: ClassVar[tuple[tuple[str, str], ...]] = ()
    """What to try, by words of the reason why nothing gets through; the first that fits."""
    secret_name: ClassVar[str | None] = None
    """The field that is secret. It is found among the fields."""

    def __init_subclass__(cls) -> None:
        secrets = (field.name for field in getattr(cls, "form_fields", ()) if field.is_secret)
        cls.secret_name = next(secrets, None)

    @classmethod
    @abstractmethod
    def read(cls, rest: Part, problems: Problems) -> Self | None:
        """The address that a text stands for; None with at least one problem added. `rest` is what follows the prefix.

        Of a kind that has a secret, messages repeat nothing of the text: nobody knows what of it is the secret.
        """

    @abstractmethod
    def printed(self, *, secrets: bool) -> str:
        """The normal form. With `secrets`, `read` gives the same address again; without, the mask stands for them."""

    @abstractmethod
    def destinations(self) -> tuple[Destination, ...]:
        """Where it leads. Rules of the management interface, probes and the lab go by it."""

    def identity(self) -> str:
        """The canonical form: two sockets are the same subscriber when, and only when, theirs are equal."""
        return self.printed(secrets=False)

    def beside_identity(self) -> tuple[object, ...]:
        """Parts that are not in the identity, and yet make another connection or message."""
        return (self.secret,)

    def login(self) -> object:
        """Where and as whom one logs in: what a secret may be used again for."""
        return self.identity()

    @property
    def secret(self) -> str | None:
        """The secret; None where there is none."""
        secret: str | None = None if self.secret_name is None else getattr(self, self.secret_name)
        return secret

    def with_secret(self, secret: str | None) -> Self:
        """The same with another secret. Only for kinds that have one."""
        return self.changed(**{str(self.secret_name): secret})

    def changed(self, **parts: Any) -> Self:
        """The same with other parts."""
        return replace(self, **parts)

    def by_hand(self, payload: bytes) -> ShellLine | None:  # noqa: ARG002 - for those who know a way
        """The line that sends a payload there by hand; None where there is no easy way. The secret may be the mask."""
        return None

    def silence_hint(self, options: Mapping[str, object]) -> str:  # noqa: ARG002 - for those who have a hint
        """What to think of where an event was sent and nobody confirms. `options`: the transport's."""
        return ""

    @classmethod
    def defaults(cls, parts: Mapping[str, object]) -> dict[str, object]:  # noqa: ARG003 - for those that depend
        """What parts are where nothing is said of them. `parts`: those of which something is said."""
        return usual(cls)


def usual(kind: type[MemberAddress]) -> dict[str, object]:
    """The parts of a kind that can be left out, with their defaults."""
    return {field.name: field.default for field in fields(kind) if field.default is not MISSING}
