"""`xmlrpc:` sockets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.address.hosts import bracketed, canonical_host, read_endpoint
from engine.address.kinds.base import Destination, MemberAddress, Way
from engine.address.kinds.form_fields import HOST, PORT, FieldType, SocketField
from engine.address.part import Part, Problems
from engine.address.shell_line import ShellLine, printf, quote

DEFAULT_PATH = "/RPC2"
"""Where an XML-RPC request goes when the socket names no path (docs/event-interface.md, 2.5)."""

_NOT_IN_URL_PATH = re.compile(r"[^!-~]|#")


@dataclass(frozen=True, slots=True)
class XmlRpcAddress(MemberAddress):
    """`xmlrpc:host:port[/path]:method`. `path` has its leading slash; None stands for /RPC2.

    See docs/event-interface.md, 2.5.
    """

    scheme = "xmlrpc"
    other_names = ("http", "https")
    form = "xmlrpc:HOST:PORT[/PATH]:METHOD"
    example = "xmlrpc:127.0.0.1:8080:method"
    form_fields = (
        HOST,
        PORT,
        SocketField("path", "path", FieldType.PATH, "of the request", "/api/events", DEFAULT_PATH),
        SocketField("method", "method", FieldType.TEXT, "that is called", "notify", is_required=True),
    )
    is_received = True
    around = "the body of an HTTP request"

    host: str
    port: int
    method: str
    path: str | None = None

    @classmethod
    def read(cls, rest: Part, problems: Problems) -> XmlRpcAddress | None:
        """`host:port[/path]:method`; the first colon behind the port begins the method."""
        host, port, after = read_endpoint(rest, problems, "/:")
        path, method = after.cut(":")
        if method is None or not method.text:
            problems.add(after.end, "a colon and a method were expected at the end", "for example :notify")
        wrong = _NOT_IN_URL_PATH.search(path.text)
        if wrong is not None:
            problems.add(
                path.column + wrong.start(),
                "a path has neither blanks, nor #, nor letters beyond ASCII",
                "write them as %HH, a blank as %20",
            )
        if host is None or port is None or method is None or not method.text or wrong is not None:
            return None
        return cls(host, port, method.text, path.text or None)

    def printed(self, *, secrets: bool) -> str:  # noqa: ARG002
        """The normal form."""
        return f"xmlrpc:{bracketed(self.host)}:{self.port}{self.path or ''}:{self.method}"

    def identity(self) -> str:
        """The host in its canonical form, the port, the path that is meant, and the method."""
        return f"xmlrpc:{canonical_host(self.host)}:{self.port}{self.path or DEFAULT_PATH}:{self.method}"

    def destinations(self) -> tuple[Destination, ...]:
        """The host and the port."""
        return (Destination(Way.STREAM, self.host, self.port),)

    def by_hand(self, payload: bytes) -> ShellLine:
        """With curl."""
        url = quote(f"http://{bracketed(self.host)}:{self.port}{self.path or DEFAULT_PATH}")
        return ShellLine(f"{printf(payload)} | curl -sS -g {url} -H 'Content-Type: text/xml' --data-binary @-")
