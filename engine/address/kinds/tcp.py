"""`tcp:` sockets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.address.hosts import bracketed, canonical_host, read_endpoint
from engine.address.kinds.base import Destination, MemberAddress, Way
from engine.address.kinds.form_fields import HOST, PORT, FieldType, SocketField
from engine.address.part import Part, Problems
from engine.address.shell_line import ShellLine, printf, quote

LINES_HINT = "a tcp receiver that reads line by line needs transports.tcp.separator: newline"


@dataclass(frozen=True, slots=True)
class TcpAddress(MemberAddress):
    """`tcp:host:port[/method]` (docs/event-interface.md, 2.4). `method` replaces the event name in the request."""

    scheme = "tcp"
    other_names = ("jsonrpc",)
    form = "tcp:HOST:PORT[/METHOD]"
    example = "tcp:127.0.0.1:9000/method"
    form_fields = (
        HOST,
        PORT,
        SocketField("method", "method", FieldType.TEXT, "in place of the event's name", "handle", "the event's name"),
    )
    is_received = True
    around = "in sync_mode each gets an id as well"

    host: str
    port: int
    method: str | None = None

    @classmethod
    def read(cls, rest: Part, problems: Problems) -> TcpAddress | None:
        """`host:port[/method]`; a lone slash is no method, as in OpenSIPS."""
        host, port, method = read_endpoint(rest, problems, "/")
        return None if host is None or port is None else cls(host, port, method.text[1:] or None)

    def printed(self, *, secrets: bool) -> str:  # noqa: ARG002
        """The normal form."""
        return f"tcp:{bracketed(self.host)}:{self.port}{self._behind()}"

    def identity(self) -> str:
        """The host in its canonical form, the port, and the method."""
        return f"tcp:{canonical_host(self.host)}:{self.port}{self._behind()}"

    def _behind(self) -> str:
        return "" if self.method is None else f"/{self.method}"

    def destinations(self) -> tuple[Destination, ...]:
        """The host and the port."""
        return (Destination(Way.STREAM, self.host, self.port),)

    def by_hand(self, payload: bytes) -> ShellLine:
        """With nc."""
        return ShellLine(f"{printf(payload)} | nc -w1 {quote(self.host)} {self.port}")

    def silence_hint(self, options: Mapping[str, object]) -> str:
        """Without a separator, it may wait for the end of a line."""
        return LINES_HINT if options.get("separator") is None else ""
