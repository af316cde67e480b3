"""Hosts and ports: names, IPv4, IPv6 in brackets; ports 1 to 65535."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from engine.address.part import Part, Problems

NAME_MAX = 253
"""Longest host name, in characters (RFC 1035)."""
PORT_MAX = 65535

_EXAMPLE = "for example 127.0.0.1:9000"
_NAME = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?"
)
_NUMBERS = re.compile(r"[0-9.]+")
_SCOPE = re.compile(r"[A-Za-z0-9_.-]+")
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f:]*::|(?:[0-9A-Fa-f]{1,4}:){7}")


def read_endpoint(part: Part, problems: Problems, ends: str = "") -> tuple[str | None, int | None, Part]:
    """`host:port` at the beginning of `part`.

    Returns:
        host and port, None where they are wrong, and what is left: nothing, or a text that begins with one of `ends`.
    """
    if not part.text:
        problems.add(part, "a host and a port were expected, found nothing", _EXAMPLE)
        return None, None, part
    if part.text.startswith("//"):
        problems.add(part, "a host was expected, found //", "this is not a URL: leave the // out")
        return None, None, part.tail(len(part.text))
    before, after = cut_host(part)
    port_part, rest = _cut_port(after, ends)
    if not _is_number(port_part.text[1:]) and _BARE_IPV6.match(part.text):
        problems.add(part, "an IPv6 address stands in brackets", "write [::1]:9000")
        return None, None, rest
    host = read_host(before, problems)
    if before.text.startswith("[") and not before.text.endswith("]"):
        return None, None, rest
    if not port_part.text.startswith(":"):
        problems.add(port_part, "a colon and a port were expected after the host", _EXAMPLE)
        return host, None, rest
    return host, read_port(port_part.tail(1), problems), rest


def cut_host(part: Part) -> tuple[Part, Part]:
    """The host with its brackets, and the rest with its leading colon, if there is one."""
    bracket = part.text.find("]") + 1
    length = (bracket or -1) if part.text.startswith("[") else part.text.find(":")
    return (part, part.tail(len(part.text))) if length < 0 else (part.head(length), part.tail(length))


def _cut_port(after: Part, ends: str) -> tuple[Part, Part]:
    """The port with its leading colon, and the rest from the first of `ends` on."""
    length = next((index for index, sign in enumerate(after.text) if index and sign in ends), len(after.text))
    return after.head(length), after.tail(length)


def read_host(part: Part, problems: Problems) -> str | None:
    """The host without brackets, or None when it is none."""
    text = part.text
    if not text:
        problems.add(part, "a host was expected, found nothing", "for example 127.0.0.1, localhost or [::1]")
    elif text.startswith("["):
        return _read_ipv6(part, problems)
    elif _NUMBERS.fullmatch(text):
        return _read_ipv4(part, problems)
    elif len(text) <= NAME_MAX and _NAME.fullmatch(text):
        return text
    else:
        problems.expected("a host name or address", part, _host_hint(text))
    return None


def _read_ipv4(part: Part, problems: Problems) -> str | None:
    try:
        IPv4Address(part.text)
    except AddressValueError:
        problems.expected("an IPv4 address of four numbers from 0 to 255", part)
        return None
    return part.text


def _read_ipv6(part: Part, problems: Problems) -> str | None:
    text = part.text.removeprefix("[").removesuffix("]")
    if not part.text.endswith("]"):
        problems.add(part, "the bracket of this IPv6 address is not closed", "write [::1]:9000")
        return None
    try:
        scope = IPv6Address(text).scope_id
    except AddressValueError:
        problems.expected("an IPv6 address between the brackets", part)
        return None
    if scope is not None and not _SCOPE.fullmatch(scope):
        problems.expected("the name of an interface after the %", part)
        return None
    return text


def _host_hint(text: str) -> str | None:
    if "@" in text:
        return "only rabbitmq: takes a user"
    if not text.isascii():
        return "write it in its xn-- form"
    return "blanks do not belong in a host" if " " in text else None


def read_port(part: Part, problems: Problems) -> int | None:
    """The port, or None when it is none."""
    if _is_number(part.text) and len(part.text) <= 5 and 1 <= int(part.text) <= PORT_MAX:
        return int(part.text)
    problems.expected(f"a port from 1 to {PORT_MAX}", part, _port_hint(part.text))
    return None


def _port_hint(text: str) -> str | None:
    if "@" in text:
        return "only rabbitmq: takes a user"
    if _is_number(text.strip(" ")) and not _is_number(text):
        return "remove the blank"
    if "," in text or any(sign.isspace() for sign in text):
        return "only blanks and tabs separate members"
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def bracketed(host: str) -> str:
    """A host as it stands in a socket text."""
    return f"[{host}]" if ":" in host else host


def canonical_host(host: str) -> str:
    """A host by which two sockets are compared: lower case, IPv6 in its shortest form, without the final dot."""
    if ":" not in host:
        return host.lower().removesuffix(".")
    try:
        return f"[{IPv6Address(host)}]"
    except AddressValueError:
        return f"[{host.lower()}]"
