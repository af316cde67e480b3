"""`unix:` sockets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.address.kinds.base import Destination, MemberAddress, Way
from engine.address.kinds.form_fields import FieldType, SocketField
from engine.address.part import Part, Problems
from engine.address.shell_line import ShellLine, in_pieces, printf, quote

UNIX_PATH_MAX = 107
"""Longest path of a UNIX socket, in bytes: sockaddr_un has 108, the last one is a NUL."""

_SOCAT_SPECIAL = re.compile(r"""([\\:,!'"(\[{])""")


@dataclass(frozen=True, slots=True)
class UnixAddress(MemberAddress):
    """`unix:path` (docs/event-interface.md, 2.3)."""

    scheme = "unix"
    form = "unix:PATH"
    example = "unix:/run/receiver.sock"
    form_fields = (
        SocketField("path", "path", FieldType.TEXT, "of the receiver's socket", "/run/receiver.sock", is_required=True),
    )
    is_received = True

    path: str

    @classmethod
    def read(cls, rest: Part, problems: Problems) -> UnixAddress | None:
        """A path."""
        length = len(rest.text.encode())
        if not rest.text:
            problems.add(rest, "a path was expected, found nothing", "for example unix:/run/app.sock")
        elif length > UNIX_PATH_MAX:
            problems.add(rest, f"the path of a UNIX socket has at most {UNIX_PATH_MAX} bytes, this one has {length}")
        else:
            return cls(rest.text)
        return None

    def printed(self, *, secrets: bool) -> str:  # noqa: ARG002
        """The normal form."""
        return f"unix:{self.path}"

    def destinations(self) -> tuple[Destination, ...]:
        """The path."""
        return (Destination(Way.UNIX, path=self.path),)

    def by_hand(self, payload: bytes) -> ShellLine:
        """With socat."""
        target = _SOCAT_SPECIAL.sub(r"\\\1", self.path)
        line = f"{printf(payload)} | socat -b65536 -u STDIN {quote(f'UNIX-SENDTO:{target}')}"
        return ShellLine(line, in_pieces(payload))
