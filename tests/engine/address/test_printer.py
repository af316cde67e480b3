"""The normal form, with secrets and without."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from engine.address import MASK, Address, MemberAddress, VirtualAddress, identity, parse, printed
from engine.errors import SocketTextError
from tests.engine.address.strategies import ADDRESSES

NORMAL_FORMS = [
    ("udp:127.0.0.1:9101", "udp:127.0.0.1:9101"),
    ("udp:[::1]:9101", "udp:[::1]:9101"),
    ("/run/a", "unix:/run/a"),
    ("tcp:127.0.0.1:9202/handle_cmd", "tcp:127.0.0.1:9202/handle_cmd"),
    ("tcp:127.0.0.1:9202/", "tcp:127.0.0.1:9202"),
    ("xmlrpc:127.0.0.1:9302/my/path:m", "xmlrpc:127.0.0.1:9302/my/path:m"),
    ("flatstore:/peer/mi_f1.log", "flatstore:/peer/mi_f1.log"),
    (
        "virtual:ROUND-ROBIN  udp:127.0.0.1:9101\tudp:127.0.0.1:9102   udp:127.0.0.1:9103 ",
        "virtual:ROUND-ROBIN udp:127.0.0.1:9101 udp:127.0.0.1:9102 udp:127.0.0.1:9103",
    ),
    ("virtual:FAILOVERudp:a:1", "virtual:FAILOVER udp:a:1"),
    ("rabbitmq:127.0.0.1/pike", "rabbitmq:127.0.0.1:5672/pike"),
    ("rabbitmq:bob@127.0.0.1/pike", "rabbitmq:bob@127.0.0.1:5672/pike"),
    ("rabbitmq:guest:secret@127.0.0.1/pike", "rabbitmq:guest:•••@127.0.0.1:5672/pike"),
    (
        "rabbitmq:u:p@h/persistent;tls_domain=t;vhost=/v;exchange=e%3B?k%20ey?",
        "rabbitmq:u:•••@h:5671/exchange=e%3B;vhost=/v;tls_domain=t;persistent?k%20ey%3F",
    ),
    ("virtual:FAILOVER rabbitmq:u:p@h/q udp:a:1", "virtual:FAILOVER rabbitmq:u:•••@h:5672/q udp:a:1"),
    ("rabbitmq:h/schlüssel", "rabbitmq:h:5672/schlüssel"),
]


@pytest.mark.parametrize(("text", "normal"), NORMAL_FORMS)
def test_normal_form(text: str, normal: str) -> None:
    assert printed(parse(text)) == normal


def test_the_form_for_saving_has_the_password() -> None:
    assert printed(parse("rabbitmq:u:p%40w@h/q"), secrets=True) == "rabbitmq:u:p%40w@h:5672/q"


def with_other_password(address: Address) -> Address:
    """The same address with another password: what is printed of both can only be equal when neither shows."""
    if isinstance(address, VirtualAddress):
        return replace(address, members=tuple(_member_with_other_password(member) for member in address.members))
    return _member_with_other_password(address)


def _member_with_other_password(member: MemberAddress) -> MemberAddress:
    return member if member.secret is None else member.with_secret("quite another one")


@given(ADDRESSES)
def test_nothing_printed_for_people_depends_on_a_password(address: Address) -> None:
    other = with_other_password(address)
    assert printed(address) == printed(other)
    assert repr(address) == repr(other)
    assert identity(address) == identity(other)


def test_a_masked_socket_cannot_be_subscribed_by_mistake() -> None:
    text = printed(parse("virtual:FAILOVER udp:a:1 rabbitmq:bob:secret@h/q"))
    with pytest.raises(SocketTextError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert problem.member == 2
    assert text[problem.column - 1 :].startswith(MASK)
    assert problem.hint == "type the password itself"
