"""`rabbitmq:` sockets."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from engine.address import MASK, Destination, RabbitmqAddress, Way, parse_member
from tests.engine.address.strategies import RABBITMQ


def test_it_leads_to_its_broker() -> None:
    assert parse_member("rabbitmq:u:p@h/q").destinations() == (Destination(Way.STREAM, "h", 5672),)


def test_the_secret_is_the_password_and_belongs_to_one_login() -> None:
    address = parse_member("rabbitmq:u:hunter2@h/q")
    assert (address.secret_name, address.secret) == ("password", "hunter2")
    assert address.login() == parse_member("rabbitmq:u:other@h/exchange=e?k").login()
    assert address.login() != parse_member("rabbitmq:v:hunter2@h/q").login()
    assert "hunter2" not in repr(address)
    assert address.with_secret(MASK).secret == MASK


@given(RABBITMQ, RABBITMQ, st.sampled_from([field.name for field in dataclasses.fields(RabbitmqAddress)]))
def test_every_part_is_in_the_identity_or_beside_it(one: RabbitmqAddress, other: RabbitmqAddress, part: str) -> None:
    changed = one.changed(**{part: getattr(other, part)})
    if changed != one and part != "host":  # hosts may be the same in other words
        assert (changed.identity(), changed.beside_identity()) != (one.identity(), one.beside_identity())


def test_the_port_that_is_left_out_follows_tls() -> None:
    assert RabbitmqAddress.defaults({})["port"] == 5672
    assert RabbitmqAddress.defaults({"tls_domain": "mq"})["port"] == 5671


def test_a_masked_password_is_a_variable_of_the_shell() -> None:
    line, hint = parse_member("rabbitmq:u:hunter2@h/q").with_secret(MASK).by_hand(b"x") or ("", "")
    assert '-p "$PASSWORD"' in line
    assert "set PASSWORD first" in hint
