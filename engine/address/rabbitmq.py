"""Reader of `rabbitmq:` sockets (docs/event-interface.md, 2.6, with `vhost=` and UTF-8 in %HH as additions).

Messages never repeat a part of the text: where it is malformed, nobody knows what of it is the password.
"""

from __future__ import annotations

import difflib

from engine.address.hosts import cut_host, read_host, read_port
from engine.address.model import MASK, RabbitmqAddress
from engine.address.part import Part, Problems
from engine.address.percent import decode

PORT, TLS_PORT = 5672, 5671
"""Ports when none is given; the second with `tls_domain`."""

SHORT_MAX = 255
"""Longest exchange, virtual host or routing key, in bytes (AMQP 0-9-1, short strings)."""

VALUED = ("exchange", "vhost", "tls_domain")
FLAG = "persistent"

_ESCAPES = "in a user or password write / as %2F, : as %3A, @ as %40, a blank as %20"


def read_rabbitmq(rest: Part, problems: Problems) -> RabbitmqAddress | None:
    """`[user[:password]@]host[:port]/[params?]routing-key`."""
    already = len(problems.found)
    if MASK in rest.text.partition("/")[0]:
        problems.add(rest.column + rest.text.index(MASK), "the password is masked here", "type the password itself")
        return None
    authority, behind = rest.cut("/")
    user, password, host, port = _read_authority(authority, behind, problems)
    if behind is None:
        problems.add(rest.end, "a / and a routing key were expected after the host", "for example 127.0.0.1/queue")
        return None
    params, key = _read_params_and_key(behind, problems)
    if host is None or key is None or len(problems.found) > already:
        return None
    tls_domain = params.get("tls_domain")
    return RabbitmqAddress(
        host=host,
        routing_key=key,
        port=port or (TLS_PORT if tls_domain else PORT),
        user=user,
        password=password,
        exchange=params.get("exchange", ""),
        vhost=params.get("vhost", "/"),
        persistent=FLAG in params,
        tls_domain=tls_domain,
    )


def _read_authority(
    authority: Part, behind: Part | None, problems: Problems
) -> tuple[str, str | None, str | None, int | None]:
    """User, password, host and port. `behind` is what follows the slash; an @ there hints at a slash in a password."""
    pieces = authority.split("@")
    if len(pieces) > 2:
        problems.add(pieces[2].column - 1, "more than one @", _ESCAPES)
        return "", None, None, None
    user, password = _read_login(pieces[0], problems) if len(pieces) == 2 else ("guest", None)
    is_torn_password_likely = len(pieces) == 1 and (behind is None or "@" in behind.text)
    host, port = _read_server(pieces[-1], problems, _ESCAPES if is_torn_password_likely else None)
    return user, password, host, port


def _read_login(part: Part, problems: Problems) -> tuple[str, str | None]:
    user_part, password_part = part.cut(":")
    if not user_part.text:
        problems.add(part, "a user was expected before the @", "leave the @ out to log in as guest")
    user = decode(user_part, problems) or ""
    if password_part is None:
        return user, None
    if not password_part.text:
        problems.add(password_part, "a password was expected after the colon, found nothing")
    elif ":" in password_part.text:
        problems.add(password_part.column + password_part.text.index(":"), "more than one colon before the @", _ESCAPES)
    return user, decode(password_part, problems)


def _read_server(part: Part, problems: Problems, hint: str | None) -> tuple[str | None, int | None]:
    if part.text.count(":") > 1 and not part.text.startswith("["):
        problems.add(part, "more than one colon in host and port", "an IPv6 address stands in brackets: [::1]:5672")
        return None, None
    host_part, port_part = cut_host(part)
    decoded = decode(host_part, problems)
    host = None if decoded is None else read_host(Part(decoded, host_part.column), problems)
    if not port_part.text:
        return host, None
    if not port_part.text.startswith(":"):
        problems.add(port_part, "a colon and a port, or a /, were expected after the ]")
        return host, None
    before = len(problems.found)
    port = read_port(port_part.tail(1), problems)
    if hint is not None and len(problems.found) > before:
        last = problems.found.pop()
        problems.add(last.column, last.message, hint)
    return host, port


def _read_params_and_key(behind: Part, problems: Problems) -> tuple[dict[str, str], str | None]:
    before, after = behind.cut("?")
    if after is None:
        if not behind.text:
            problems.add(
                behind, "a routing key was expected after the /", "with the default exchange it names the queue"
            )
        return {}, _read_short(behind, problems)
    if not before.text:
        problems.add(before, "parameters were expected before the ?", "in a routing key write ? as %3F")
        return {}, None
    params: dict[str, str] = {}
    for part in before.split(";"):
        _read_param(part, params, problems)
    return params, _read_short(after, problems)


def _read_param(part: Part, params: dict[str, str], problems: Problems) -> None:
    """Read `name=value` or a flag into `params`."""
    name_part, value_part = part.cut("=")
    name = name_part.text
    if name not in (*VALUED, FLAG):
        problems.add(part, _unknown(part), _param_hint(name, value_part))
    elif name in params:
        problems.add(part, f"{name} is given twice")
    elif name == FLAG:
        params[FLAG] = ""
        if value_part is not None:
            problems.add(value_part, f"{FLAG} takes no value", f"write only {FLAG}")
    elif value_part is None or not value_part.text:
        problems.add(part.end, f"a value was expected: {name}=…")
    else:
        params[name] = _read_short(value_part, problems) or ""


def _unknown(part: Part) -> str:
    known = f"{', '.join(f'{name}=' for name in VALUED)} or {FLAG}"
    return (
        f"a parameter was expected between ; and ?: {known}"
        if not part.text
        else f"unknown parameter; known are {known}"
    )


def _param_hint(name: str, value: Part | None) -> str:
    close = difflib.get_close_matches(name.lower()[:20], (*VALUED, FLAG), 1)
    if close:
        return f"did you mean {close[0]}{'' if close[0] == FLAG else '='}?"
    if value is None and name:
        return "did you mean exchange=…? Or write ? as %3F"
    return "in a routing key write ? as %3F"


def _read_short(part: Part, problems: Problems) -> str | None:
    text = decode(part, problems)
    if text is not None and len(text.encode()) > SHORT_MAX:
        problems.add(part, f"at most {SHORT_MAX} bytes fit here, these are {len(text.encode())}")
        return None
    return text
