"""`udp:` sockets."""

from __future__ import annotations

from dataclasses import dataclass

from engine.address.hosts import bracketed, canonical_host, read_endpoint
from engine.address.kinds.base import Destination, MemberAddress, Way
from engine.address.kinds.form_fields import HOST, PORT
from engine.address.part import Part, Problems
from engine.address.shell_line import ShellLine, in_pieces, printf, quote


@dataclass(frozen=True, slots=True)
class UdpAddress(MemberAddress):
    """`udp:host:port`; an IPv6 host stands in brackets in the text and without them here.

    See docs/event-interface.md, 2.3.
    """

    scheme = "udp"
    form = "udp:HOST:PORT"
    example = "udp:127.0.0.1:9000"
    form_fields = (HOST, PORT)
    is_received = True

    host: str
    port: int

    @classmethod
    def read(cls, rest: Part, problems: Problems) -> UdpAddress | None:
        """`host:port`."""
        host, port, _ = read_endpoint(rest, problems)
        return None if host is None or port is None else cls(host, port)

    def printed(self, *, secrets: bool) -> str:  # noqa: ARG002
        """The normal form."""
        return f"udp:{bracketed(self.host)}:{self.port}"

    def identity(self) -> str:
        """The host in its canonical form, and the port."""
        return f"udp:{canonical_host(self.host)}:{self.port}"

    def destinations(self) -> tuple[Destination, ...]:
        """The host and the port."""
        return (Destination(Way.DATAGRAM, self.host, self.port),)

    def by_hand(self, payload: bytes) -> ShellLine:
        """With nc."""
        return ShellLine(f"{printf(payload)} | nc -u -w1 {quote(self.host)} {self.port}", in_pieces(payload))
