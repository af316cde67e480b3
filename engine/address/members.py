"""Readers of the plain sockets (docs/event-interface.md, 2.3-2.5, 2.9). Each is given what stands behind the prefix."""

from __future__ import annotations

import re

from engine.address.hosts import read_endpoint
from engine.address.model import FlatstoreAddress, TcpAddress, UdpAddress, UnixAddress, XmlRpcAddress
from engine.address.part import Part, Problems

UNIX_PATH_MAX = 107
"""Longest path of a UNIX socket, in bytes: sockaddr_un has 108, the last one is a NUL."""

_NOT_IN_URL_PATH = re.compile(r"[^!-~]|#")


def read_udp(rest: Part, problems: Problems) -> UdpAddress | None:
    """`host:port`."""
    host, port, _ = read_endpoint(rest, problems)
    return None if host is None or port is None else UdpAddress(host, port)


def read_unix(rest: Part, problems: Problems) -> UnixAddress | None:
    """A path."""
    length = len(rest.text.encode())
    if not rest.text:
        problems.add(rest, "a path was expected, found nothing", "for example unix:/run/app.sock")
    elif length > UNIX_PATH_MAX:
        problems.add(rest, f"the path of a UNIX socket has at most {UNIX_PATH_MAX} bytes, this one has {length}")
    else:
        return UnixAddress(rest.text)
    return None


def read_tcp(rest: Part, problems: Problems) -> TcpAddress | None:
    """`host:port[/method]`; a lone slash is no method, as in OpenSIPS."""
    host, port, method = read_endpoint(rest, problems, "/")
    return None if host is None or port is None else TcpAddress(host, port, method.text[1:] or None)


def read_xmlrpc(rest: Part, problems: Problems) -> XmlRpcAddress | None:
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
    return XmlRpcAddress(host, port, method.text, path.text or None)


def read_flatstore(rest: Part, problems: Problems) -> FlatstoreAddress | None:
    """A path of a file."""
    if not rest.text:
        problems.add(rest, "a path was expected, found nothing", "for example flatstore:/var/log/events.log")
    elif rest.text.endswith("/"):
        problems.add(rest, "the path of a file was expected, found a directory", "add the name of the file")
    else:
        return FlatstoreAddress(rest.text)
    return None
