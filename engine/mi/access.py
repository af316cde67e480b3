"""Who may call MI over HTTP: only requests that a page in somebody's browser cannot forge. Pure.

MI has no password. What protects it on a machine with a browser is that a page can neither send a JSON content type
to another origin without asking first (and MI never agrees), nor hide the Origin it comes from, nor choose the Host
header, which gives away a name that an attacker has pointed at this machine.
"""

from __future__ import annotations

from functools import lru_cache

from engine.errors import CommandError, SwitchboardError

JSON_TYPES = frozenset({"application/json", "text/json", "application/json-rpc", "application/jsonrequest"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def listen_address(text: str) -> tuple[str, int]:
    """Host and port of `mi.http`: `127.0.0.1:8888`, `[::1]:8888`. Port 0 stands for a free one.

    Raises:
        SwitchboardError: when it is not HOST:PORT.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise SwitchboardError(f"mi.http: expected HOST:PORT such as 127.0.0.1:8888, found {text!r}")
    return host.removeprefix("[").removesuffix("]"), int(port)


def host_name(authority: str) -> str:
    """The host of a `Host` header's value, lower case, without port and brackets."""
    authority = authority.strip().lower()
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


@lru_cache(maxsize=256)
def check_origin(host: str, origin: str | None, known_hosts: tuple[str, ...]) -> None:
    """Refuse what a foreign page could have sent. `host`, `origin`: the headers of these names; `known_hosts`: further
    hosts that are ours, with or without port. What was let in is remembered, since a client sends the same each time.

    Raises:
        CommandError: 403, with the header that is wrong and what to do.
    """
    known = _LOOPBACK | {known.lower() for known in known_hosts}
    if host_name(host) not in known and host.strip().lower() not in known:
        raise _forbidden(f"Host {host!r} is not known here; if it is right, add it to mi.allowed_hosts")
    if origin is not None and origin.partition("://")[2].lower() != host.strip().lower():
        raise _forbidden(f"Origin {origin!r} is foreign; MI is not for pages of other sites")


@lru_cache(maxsize=64)
def check_content_type(content_type: str | None) -> None:
    """Refuse everything but JSON: a page can send other types without asking.

    Raises:
        CommandError: 415, with what was expected.
    """
    given = (content_type or "").partition(";")[0].strip().lower()
    if given not in JSON_TYPES:
        found = repr(given) if given else "none"
        raise CommandError(415, "Unsupported Media Type", f"expected Content-Type: application/json, found {found}")


def check_open(name: str, is_open: bool, allow: tuple[str, ...]) -> None:
    """Refuse a command that is not for everyone who reaches MI, unless the configuration allows it.

    Raises:
        CommandError: 403, with what to do.
    """
    if not is_open and name not in allow:
        raise _forbidden(f"{name} is not open to MI; if every client of MI may use it, list it under mi.allow")


def _forbidden(data: str) -> CommandError:
    return CommandError(403, "Forbidden", data)
