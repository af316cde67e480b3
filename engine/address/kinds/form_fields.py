"""What a form asks for, to make a socket of some kind."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class FieldType(StrEnum):
    """What is typed into a field."""

    TEXT = "text"
    HOST = "host"
    PORT = "port"
    PATH = "path"
    FLAG = "flag"


class SocketField(NamedTuple):
    """One part of a socket. `name` is its attribute in the typed address."""

    name: str
    label: str
    type: FieldType
    help: str
    example: str
    default: str = ""
    """What an empty field stands for."""
    is_required: bool = False
    is_secret: bool = False
    """At most one of a kind. In the text it stands in a login, `user:secret@`, in front of the first slash."""
    names: str | None = None
    """The option of the transport, a mapping, that must have an entry of this name."""


SET = "yes"
"""The text of a flag that is set; otherwise it is empty."""

HOST = SocketField("host", "host", FieldType.HOST, "a name, IPv4 or IPv6 address", "127.0.0.1", is_required=True)
PORT = SocketField("port", "port", FieldType.PORT, "1 to 65535", "9000", is_required=True)
