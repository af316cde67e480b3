"""Sockets field by field: what a form shows of a socket, and the socket that a form makes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import assume, given

from engine.address import MASK, MemberAddress, parse, prefixes, printed
from engine.address.fields import FieldsError, address_of, fields_of, socket_of, values_of
from engine.address.kinds.form_fields import FieldType
from engine.address.kinds.table import BUILT_IN
from engine.errors import SocketTextError
from engine.transports.registry import schemes
from tests.engine.address.strategies import MEMBERS

FIELDS = {scheme: kind.form_fields for scheme, kind in BUILT_IN.items()}
EXAMPLES = {scheme: {field.name: field.example for field in FIELDS[scheme]} for scheme in FIELDS}


def refused(scheme: str, **values: str) -> list[tuple[str | None, str, str | None]]:
    with pytest.raises(FieldsError) as caught:
        address_of(BUILT_IN[scheme], values)
    return [(one.field, one.message, one.hint) for one in caught.value.problems]


@given(MEMBERS)
def test_an_address_in_fields_makes_the_same_address_and_the_same_socket(address: MemberAddress) -> None:
    assume(MASK not in (address.secret or ""))
    values = values_of(address)
    assert address_of(type(address), values) == address
    assert socket_of(type(address), values) == printed(address, secrets=True)
    assert fields_of(printed(address, secrets=True)) == (type(address), values)


@given(MEMBERS)
def test_a_masked_password_stays_masked(address: MemberAddress) -> None:
    masked = printed(address)
    kind, values = fields_of(masked)
    assert socket_of(kind, values) == masked


def test_every_transport_has_fields_and_a_form() -> None:
    assert set(FIELDS) == set(prefixes()) == set(schemes())


@pytest.mark.parametrize("scheme", FIELDS)
def test_the_fields_are_those_of_the_typed_address(scheme: str) -> None:
    address = address_of(BUILT_IN[scheme], EXAMPLES[scheme])
    assert {field.name for field in FIELDS[scheme]} == {field.name for field in dataclasses.fields(address)}
    assert parse(printed(address, secrets=True)) == address


def test_the_forms_are_those_of_the_documentation() -> None:
    lines = (Path(__file__).parents[3] / "docs" / "sockets.md").read_text(encoding="utf-8").splitlines()
    assert [kind.form for kind in BUILT_IN.values() if f"    {kind.form}" not in lines] == []


@pytest.mark.parametrize("scheme", FIELDS)
def test_an_empty_field_is_refused_only_where_something_must_stand(scheme: str) -> None:
    needed = {field.name for field in FIELDS[scheme] if field.is_required}
    assert {field for field, _, _ in refused(scheme)} == needed
    for field in FIELDS[scheme]:
        if not field.is_required:
            address_of(BUILT_IN[scheme], {**EXAMPLES[scheme], field.name: ""})


def test_ipv6_is_taken_with_and_without_brackets() -> None:
    for host in ("::1", "[::1]"):
        assert socket_of(BUILT_IN["tcp"], {"host": host, "port": "9000"}) == "tcp:[::1]:9000"


def test_a_path_of_a_request_gets_its_slash() -> None:
    values = {"host": "h", "port": "80", "path": "api", "method": "m"}
    assert socket_of(BUILT_IN["xmlrpc"], values) == "xmlrpc:h:80/api:m"


def test_the_port_of_rabbitmq_follows_tls() -> None:
    assert socket_of(BUILT_IN["rabbitmq"], {"host": "h", "routing_key": "q"}) == "rabbitmq:h:5672/q"
    values = {"host": "h", "routing_key": "q", "tls_domain": "mq"}
    assert socket_of(BUILT_IN["rabbitmq"], values) == "rabbitmq:h:5671/tls_domain=mq?q"
    assert fields_of("rabbitmq:h/tls_domain=mq?q")[1]["port"] == ""
    assert fields_of("rabbitmq:h:5672/tls_domain=mq?q")[1]["port"] == "5672"


def test_a_password_is_kept_typed_over_or_taken_away() -> None:
    kind, values = fields_of(f"rabbitmq:u:{MASK}@h/q")
    assert values["password"] == MASK
    assert socket_of(kind, values) == f"rabbitmq:u:{MASK}@h:5672/q"
    assert socket_of(kind, {**values, "password": "p@:/"}) == "rabbitmq:u:p%40%3A%2F@h:5672/q"
    assert socket_of(kind, {**values, "password": ""}) == "rabbitmq:u@h:5672/q"


@pytest.mark.parametrize(
    ("scheme", "values", "field", "words"),
    [
        ("udp", {"host": "h", "port": "99999"}, "port", "a port from 1 to 65535 was expected, found '99999'"),
        ("udp", {"host": "h:1", "port": "2"}, "host", "a host alone was expected"),
        ("tcp", {"host": "1.2.3", "port": "2"}, "host", "an IPv4 address of four numbers"),
        ("tcp", {"host": "a/b", "port": "2"}, "host", "a host name or address was expected"),
        ("tcp", {"host": "h", "port": "2", "method": "a b"}, "method", "neither blanks nor tabs"),
        (
            "xmlrpc",
            {"host": "h", "port": "2", "path": "/a:b", "method": "m"},
            "path",
            "read as something else, as '/a'",
        ),
        ("xmlrpc", {"host": "h", "port": "2", "path": "/ä", "method": "m"}, "path", "a path has neither blanks"),
        ("unix", {"path": "/" + "x" * 107}, "path", "at most 107 bytes, this one has 108"),
        ("flatstore", {"path": "/var/log/"}, "path", "the path of a file was expected"),
        ("rabbitmq", {"host": "h", "exchange": "x" * 256}, "exchange", "at most 255 bytes fit here"),
        ("rabbitmq", {"host": "u@h"}, "host", ""),
        ("rabbitmq", {"host": "h", "routing_key": "a\nb"}, "routing_key", "control characters are not allowed"),
        ("rabbitmq", {"host": "h", "password": f"{MASK}x"}, "password", "a part of it is masked"),
    ],
)
def test_a_problem_is_told_at_its_field(scheme: str, values: dict[str, str], field: str, words: str) -> None:
    problems = refused(scheme, **values)
    assert {one[0] for one in problems} == {field}
    assert words in problems[0][1]


def test_every_problem_is_told_at_once() -> None:
    assert [field for field, _, _ in refused("tcp", host="", port="x", method="a b")] == ["host", "port", "method"]


def test_no_message_repeats_a_password() -> None:
    assert "hunter2" not in str(refused("rabbitmq", host="a b", password="hunter2\n"))


def test_a_text_that_is_no_member_is_refused_with_its_columns() -> None:
    with pytest.raises(SocketTextError):
        fields_of("udp:h")


def test_flags_are_the_only_fields_without_a_text() -> None:
    flags = [(scheme, field.name) for scheme in FIELDS for field in FIELDS[scheme] if field.type is FieldType.FLAG]
    assert flags == [("rabbitmq", "persistent")]
