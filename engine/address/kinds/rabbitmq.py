"""`rabbitmq:` sockets (docs/event-interface.md, 2.6, with `vhost=` and UTF-8 in %HH as additions).

Messages never repeat a part of the text: where it is malformed, nobody knows what of it is the password.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.address.hosts import bracketed, canonical_host, cut_host, read_host, read_port
from engine.address.kinds.base import MASK, Destination, MemberAddress, Way, usual
from engine.address.kinds.form_fields import HOST, SET, FieldType, SocketField
from engine.address.part import Part, Problems
from engine.address.percent import decode, encode, encode_all
from engine.address.shell_line import PASSWORD, ShellLine, quote, readable
from engine.nearest import nearest

PORT, TLS_PORT = 5672, 5671
"""Ports when none is given; the second with `tls_domain`."""

MANAGEMENT_PORT = 15_672
"""Of RabbitMQ's management plugin, which `rabbitmqadmin` speaks to."""

SHORT_MAX = 255
"""Longest exchange, virtual host or routing key, in bytes (AMQP 0-9-1, short strings)."""

VALUED = ("exchange", "vhost", "tls_domain")
FLAG = "persistent"

IN_LOGIN = "/:@?\"'<>•"
"""What is encoded in a user: what has a meaning, the quotes, so that a socket stands out in any text, and the mask."""
IN_VALUE = ";?@"
"""What is encoded in the values of parameters."""
IN_KEY = "?@"
"""What is encoded in a routing key; the @ so that nothing before it can be taken for a login."""

_ESCAPES = "in a user or password write / as %2F, : as %3A, @ as %40, a blank as %20"


@dataclass(frozen=True, slots=True)
class RabbitmqAddress(MemberAddress):
    """`rabbitmq:[user[:password]@]host[:port]/[params?]routing-key`, decoded. `vhost` is an addition.

    `password` None means none was given: the login then uses "guest" (docs/event-interface.md, 2.6).
    """

    scheme = "rabbitmq"
    other_names = ("amqp", "amqps")
    form = "rabbitmq:[USER[:PASSWORD]@]HOST[:PORT]/[PARAMETERS?]ROUTING-KEY"
    example = "rabbitmq:user:password@127.0.0.1:5672/routing-key"
    form_fields = (
        HOST,
        SocketField("port", "port", FieldType.PORT, "1 to 65535", "5673", f"{PORT}, with TLS {TLS_PORT}"),
        SocketField("user", "user", FieldType.TEXT, "who logs in", "billing", "guest"),
        SocketField("password", "password", FieldType.TEXT, "of the user", "s3cret", "guest", is_secret=True),
        SocketField("vhost", "virtual host", FieldType.TEXT, "on the broker", "/prod", "/"),
        SocketField("exchange", "exchange", FieldType.TEXT, "to publish to", "sip", "the default exchange"),
        SocketField("routing_key", "routing key", FieldType.TEXT, "names the queue, or routes", "events"),
        SocketField(
            "tls_domain", "TLS domain", FieldType.TEXT, "from the configuration", "mq", "no TLS", names="tls_domains"
        ),
        SocketField("persistent", "persistent", FieldType.FLAG, "messages outlive a restart", SET),
    )
    is_encoded = True
    logs_in = True
    confirmed = "confirmed"
    around = "the body of a message"
    advice = (
        ("login refused", "correct user and password; guest may log in from the broker's own machine only"),
        ("virtual host", "create the virtual host, or give the user permissions for it"),
        (
            "no queue is bound to the default exchange",
            "declare a queue with the routing key as its name, or name the exchange that yours is bound to",
        ),
        ("no queue", "bind a queue to the exchange with this routing key"),
        ("exchange", "declare the exchange on the broker, or correct its name"),
        ("blocking", "free memory or disk on the broker; it takes nothing until then"),
    )

    host: str
    routing_key: str
    port: int = PORT
    user: str = "guest"
    password: str | None = field(default=None, repr=False)
    exchange: str = ""
    vhost: str = "/"
    persistent: bool = False
    tls_domain: str | None = None

    @classmethod
    def read(cls, rest: Part, problems: Problems) -> RabbitmqAddress | None:
        """`[user[:password]@]host[:port]/[params?]routing-key`."""
        already = len(problems.found)
        authority, behind = rest.cut("/")
        user, password, host, port = _read_authority(authority, behind, problems)
        if behind is None:
            problems.add(rest.end, "a / and a routing key were expected after the host", "for example 127.0.0.1/queue")
            return None
        params, key = _read_params_and_key(behind, problems)
        if host is None or key is None or len(problems.found) > already:
            return None
        tls_domain = params.get("tls_domain")
        return cls(
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

    def printed(self, *, secrets: bool) -> str:
        """The normal form."""
        login = "" if self.user == "guest" else f"{encode(self.user, IN_LOGIN)}@"
        if self.password is not None:
            password = encode_all(self.password) if secrets else MASK
            login = f"{encode(self.user, IN_LOGIN)}:{password}@"
        params = self._exchange_and_vhost()
        if self.tls_domain is not None:
            params.append(f"tls_domain={encode(self.tls_domain, IN_VALUE)}")
        if self.persistent:
            params.append(FLAG)
        return f"rabbitmq:{login}{encode(bracketed(self.host), '')}:{self.port}/{self._path(params)}"

    def identity(self) -> str:
        """Where it goes and as whom, not how one logs in or what becomes of the message."""
        host = encode(canonical_host(self.host), "")
        path = self._path(self._exchange_and_vhost())
        return f"rabbitmq:{encode(self.user, IN_LOGIN)}@{host}:{self.port}/{path}"

    def beside_identity(self) -> tuple[object, ...]:
        """How one logs in, and what becomes of the message."""
        return (self.password, self.persistent, self.tls_domain)

    def login(self) -> object:
        """Never at another host, or for another user."""
        return (self.host, self.port, self.user)

    def destinations(self) -> tuple[Destination, ...]:
        """The broker."""
        return (Destination(Way.STREAM, self.host, self.port),)

    @classmethod
    def defaults(cls, parts: Mapping[str, object]) -> dict[str, object]:
        """The port follows TLS."""
        return {**usual(cls), "port": TLS_PORT if parts.get("tls_domain") else PORT}

    def by_hand(self, payload: bytes) -> ShellLine:
        """With rabbitmqadmin."""
        is_masked = self.password == MASK
        password = f'"${PASSWORD}"' if is_masked else quote(self.password or "guest")
        words = [
            f"exchange={self.exchange or 'amq.default'}",
            f"routing_key={self.routing_key}",
            *(['properties={"delivery_mode":2}'] if self.persistent else []),
        ]
        text = readable(payload)
        if text is None:
            words += ["payload_encoding=base64", f"payload={base64.b64encode(payload).decode()}"]
        else:
            words.append(f"payload={text}")
        login = f"-H {quote(self.host)} -u {quote(self.user)} -p {password} -V {quote(self.vhost)}"
        port = f"it goes through the management plugin, port {MANAGEMENT_PORT}"
        hint = f"set {PASSWORD} first; {port}" if is_masked else port
        return ShellLine(f"rabbitmqadmin {login} publish {' '.join(map(quote, words))}", hint)

    def _exchange_and_vhost(self) -> list[str]:
        """The parameters that say where on the broker a message goes, where they are not the default."""
        params = [f"exchange={encode(self.exchange, IN_VALUE)}"] if self.exchange else []
        return params if self.vhost == "/" else [*params, f"vhost={encode(self.vhost, IN_VALUE)}"]

    def _path(self, params: list[str]) -> str:
        """What stands behind the slash. An empty routing key is taken only behind a parameter.

        See docs/event-interface.md, 2.6.
        """
        if not params and not self.routing_key:
            params = ["vhost=%2F"]
        return (f"{';'.join(params)}?" if params else "") + encode(self.routing_key, IN_KEY)


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
    near = nearest(name, (*VALUED, FLAG))
    if near is not None:
        return f"did you mean {near}{'' if near == FLAG else '='}?"
    if value is None and name:
        return "did you mean exchange=…? Or write ? as %3F"
    return "in a routing key write ? as %3F"


def _read_short(part: Part, problems: Problems) -> str | None:
    text = decode(part, problems)
    if text is not None and len(text.encode()) > SHORT_MAX:
        problems.add(part, f"at most {SHORT_MAX} bytes fit here, these are {len(text.encode())}")
        return None
    return text
