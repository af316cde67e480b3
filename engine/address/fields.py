"""The parts of a member's socket as fields of a form, declared once for each transport.

Fields become a socket by way of the typed address, the printer and the parser; there is no second grammar here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from engine.address.hosts import read_port
from engine.address.masked_member import parse_masked
from engine.address.model import (
    MASK,
    FlatstoreAddress,
    MemberAddress,
    RabbitmqAddress,
    TcpAddress,
    UdpAddress,
    UnixAddress,
    XmlRpcAddress,
)
from engine.address.parser import parse_member
from engine.address.part import Part, Problems, quotable
from engine.address.printer import printed
from engine.address.rabbitmq import PORT, TLS_PORT
from engine.errors import SocketTextError, SwitchboardError


class FieldType(StrEnum):
    """What is typed into a field."""

    TEXT = "text"
    HOST = "host"
    PORT = "port"
    PATH = "path"
    FLAG = "flag"


class SocketField(NamedTuple):
    """One part of a socket. `name` is its attribute in the typed address."""

    name: str
    label: str
    type: FieldType
    help: str
    example: str
    default: str = ""
    """What an empty field stands for."""
    is_required: bool = False
    is_secret: bool = False


class FieldProblem(NamedTuple):
    """What is wrong; `field` is None when it is none of them alone."""

    field: str | None
    message: str
    hint: str | None = None


class FieldsError(SwitchboardError):
    """Fields that make no socket. Carries every problem found."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.message}" for one in problems))
        self.problems = problems


SET = "yes"
"""The text of a flag that is set; otherwise it is empty."""

_HOST = SocketField("host", "host", FieldType.HOST, "a name, IPv4 or IPv6 address", "127.0.0.1", is_required=True)
_PORT = SocketField("port", "port", FieldType.PORT, "1 to 65535", "9000", is_required=True)

FIELDS: Mapping[str, tuple[SocketField, ...]] = MappingProxyType(
    {
        "udp": (_HOST, _PORT),
        "unix": (
            SocketField(
                "path", "path", FieldType.TEXT, "of the receiver's socket", "/run/receiver.sock", is_required=True
            ),
        ),
        "tcp": (
            _HOST,
            _PORT,
            SocketField(
                "method", "method", FieldType.TEXT, "in place of the event's name", "handle", "the event's name"
            ),
        ),
        "xmlrpc": (
            _HOST,
            _PORT,
            SocketField("path", "path", FieldType.PATH, "of the request", "/api/events", "/RPC2"),
            SocketField("method", "method", FieldType.TEXT, "that is called", "notify", is_required=True),
        ),
        "rabbitmq": (
            _HOST,
            SocketField("port", "port", FieldType.PORT, "1 to 65535", "5673", f"{PORT}, with TLS {TLS_PORT}"),
            SocketField("user", "user", FieldType.TEXT, "who logs in", "billing", "guest"),
            SocketField("password", "password", FieldType.TEXT, "of the user", "s3cret", "guest", is_secret=True),
            SocketField("vhost", "virtual host", FieldType.TEXT, "on the broker", "/prod", "/"),
            SocketField("exchange", "exchange", FieldType.TEXT, "to publish to", "sip", "the default exchange"),
            SocketField("routing_key", "routing key", FieldType.TEXT, "names the queue, or routes", "events"),
            SocketField("tls_domain", "TLS domain", FieldType.TEXT, "from the configuration", "mq", "no TLS"),
            SocketField("persistent", "persistent", FieldType.FLAG, "messages outlive a restart", SET),
        ),
        "flatstore": (
            SocketField("path", "path", FieldType.TEXT, "of a file", "/var/log/events.log", is_required=True),
        ),
    }
)
"""By prefix, in the order of the form."""

FORMS: Mapping[str, str] = MappingProxyType(
    {
        "udp": "udp:HOST:PORT",
        "unix": "unix:PATH",
        "tcp": "tcp:HOST:PORT[/METHOD]",
        "xmlrpc": "xmlrpc:HOST:PORT[/PATH]:METHOD",
        "rabbitmq": "rabbitmq:[USER[:PASSWORD]@]HOST[:PORT]/[PARAMETERS?]ROUTING-KEY",
        "flatstore": "flatstore:PATH",
    }
)
"""By prefix, the form of its sockets for people, as in docs/sockets.md."""

_KINDS: Mapping[str, type[MemberAddress]] = MappingProxyType(
    {
        kind.scheme: kind
        for kind in (UdpAddress, UnixAddress, TcpAddress, XmlRpcAddress, RabbitmqAddress, FlatstoreAddress)
    }
)


def fields_of(text: str) -> tuple[str, dict[str, str]]:
    """The prefix of a member's socket, and its fields; those that have their default are empty. A mask stays one.

    Raises:
        SocketTextError: with every problem of the text.
    """
    address = parse_masked(text)
    return address.scheme, values_of(address)


def values_of(address: MemberAddress) -> dict[str, str]:
    """An address as the texts of its fields; those that have their default are empty."""
    tls = isinstance(address, RabbitmqAddress) and address.tls_domain is not None
    usual = {**_defaults(address.scheme), **({"port": TLS_PORT} if tls else {})}
    return {
        field.name: "" if value is False or (field.name in usual and value == usual[field.name]) else _text(value)
        for field in FIELDS[address.scheme]
        for value in (getattr(address, field.name),)
    }


def address_of(scheme: str, values: Mapping[str, str]) -> MemberAddress:
    """The address that filled-in fields stand for; a masked password stays the mask.

    Raises:
        FieldsError: with every problem, at its field where it is one field's alone.
    """
    examples = {field.name: field.example for field in FIELDS[scheme]}
    problems = tuple(
        problem
        for field in FIELDS[scheme]
        for problem in _problems_of(scheme, field, {**examples, field.name: values.get(field.name, "")})
    )
    if problems:
        raise FieldsError(problems)
    address = _built(scheme, values)
    whole = tuple(_misread(address))
    if whole:
        raise FieldsError(whole)
    return address


def socket_of(scheme: str, values: Mapping[str, str]) -> str:
    """The socket's text with its password, or with the mask where the password is to stay what it is.

    Raises:
        FieldsError: with every problem, at its field where it is one field's alone.
    """
    return printed(address_of(scheme, values), secrets=values.get("password") != MASK)


def _problems_of(scheme: str, field: SocketField, values: Mapping[str, str]) -> Iterator[FieldProblem]:
    """What is wrong with one field; the others hold their examples."""
    text = values[field.name]
    if not text:
        if field.is_required:
            yield FieldProblem(field.name, "something was expected, found nothing", f"for example {field.example}")
        return
    refused = _refusal(field, text, scheme)
    if refused is not None:
        yield refused
        return
    for problem in _misread(_built(scheme, values)):
        yield problem._replace(field=field.name)


def _refusal(field: SocketField, text: str, scheme: str) -> FieldProblem | None:
    """What can be said of a field without a look at the socket that it makes."""
    if field.type is FieldType.PORT:
        problems = Problems()
        read_port(Part(text, 1), problems)
        return FieldProblem(field.name, problems.found[0].message) if problems.found else None
    if field.type is FieldType.HOST and text.count(":") == 1:
        return FieldProblem(field.name, "a host alone was expected", "the port has a field of its own")
    if field.is_secret and MASK in text and text != MASK:
        return FieldProblem(field.name, "a part of it is masked", "type the whole password, or leave it as it was")
    if scheme != RabbitmqAddress.scheme and any(sign in text for sign in " \t"):
        return FieldProblem(field.name, "neither blanks nor tabs are allowed here")
    return None


def _misread(address: MemberAddress) -> Iterator[FieldProblem]:
    """What is wrong with an address: its text does not parse, or means something else."""
    try:
        read = parse_member(printed(address, secrets=True))
    except SocketTextError as error:
        yield from (FieldProblem(None, problem.message, problem.hint) for problem in error.problems)
        return
    for field in FIELDS[address.scheme]:
        meant, got = getattr(address, field.name), getattr(read, field.name)
        if meant != got:
            quoted = "" if field.is_secret else f", as '{quotable(_text(got))}'"
            yield FieldProblem(field.name, f"this would be read as something else{quoted}")


def _built(scheme: str, values: Mapping[str, str]) -> MemberAddress:
    """The address, unchecked. Empty fields have their defaults."""
    known: dict[str, Any] = {field.name: _value(field, values.get(field.name, "")) for field in FIELDS[scheme]}
    defaults = _defaults(scheme)
    if known.get("tls_domain") and not known["port"]:
        known["port"] = TLS_PORT
    return _KINDS[scheme](**{name: value for name, value in known.items() if value or name not in defaults})


def _value(field: SocketField, text: str) -> str | int | bool:
    if field.type is FieldType.PORT:
        return int(text or 0)
    if field.type is FieldType.FLAG:
        return bool(text)
    if field.type is FieldType.HOST:
        return text.removeprefix("[").removesuffix("]")
    return f"/{text}" if field.type is FieldType.PATH and text and not text.startswith("/") else text


def _defaults(scheme: str) -> dict[str, Any]:
    return {field.name: field.default for field in fields(_KINDS[scheme]) if field.default is not MISSING}


def _text(value: object) -> str:
    return "" if value is None else SET if value is True else str(value)
