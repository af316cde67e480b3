"""`flatstore:` sockets."""

from __future__ import annotations

from dataclasses import dataclass

from engine.address.kinds.base import Destination, MemberAddress, Way
from engine.address.kinds.form_fields import FieldType, SocketField
from engine.address.part import Part, Problems
from engine.address.shell_line import ShellLine, printf, quote


@dataclass(frozen=True, slots=True)
class FlatstoreAddress(MemberAddress):
    """`flatstore:path` (docs/event-interface.md, 2.9)."""

    scheme = "flatstore"
    other_names = ("file",)
    form = "flatstore:PATH"
    example = "flatstore:/var/log/events.log"
    form_fields = (SocketField("path", "path", FieldType.TEXT, "of a file", "/var/log/events.log", is_required=True),)
    confirmed = "written"

    path: str

    @classmethod
    def read(cls, rest: Part, problems: Problems) -> FlatstoreAddress | None:
        """A path of a file."""
        if not rest.text:
            problems.add(rest, "a path was expected, found nothing", "for example flatstore:/var/log/events.log")
        elif rest.text.endswith("/"):
            problems.add(rest, "the path of a file was expected, found a directory", "add the name of the file")
        else:
            return cls(rest.text)
        return None

    def printed(self, *, secrets: bool) -> str:  # noqa: ARG002
        """The normal form."""
        return f"flatstore:{self.path}"

    def destinations(self) -> tuple[Destination, ...]:
        """The file."""
        return (Destination(Way.FILE, path=self.path),)

    def by_hand(self, payload: bytes) -> ShellLine:
        """Appended by the shell itself."""
        return ShellLine(f"{printf(payload)} >> {quote(self.path)}")
