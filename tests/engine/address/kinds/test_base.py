"""What every kind declares."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from engine.address import MASK, MemberAddress, Way, parse_member, printed
from engine.address.kinds.table import BUILT_IN
from tests.engine.address.strategies import MEMBERS

KINDS = pytest.mark.parametrize("kind", BUILT_IN.values(), ids=BUILT_IN)


@KINDS
def test_its_example_is_one_of_its_sockets_and_its_form_begins_with_its_prefix(kind: type[MemberAddress]) -> None:
    address = parse_member(kind.example)
    assert type(address) is kind
    assert printed(address, secrets=True) == kind.example
    assert kind.form.startswith(f"{kind.scheme}:")
    assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.scheme)


@KINDS
def test_no_other_name_is_a_prefix_of_somebody_else(kind: type[MemberAddress]) -> None:
    assert not set(kind.other_names) & set(BUILT_IN)


@given(MEMBERS)
def test_it_leads_to_a_host_or_to_a_path(address: MemberAddress) -> None:
    (place,) = address.destinations()
    is_host = place.way in {Way.DATAGRAM, Way.STREAM}
    assert (bool(place.host), bool(place.port), bool(place.path)) == (is_host, is_host, not is_host)


@given(MEMBERS)
def test_a_secret_is_masked_and_not_in_the_identity(address: MemberAddress) -> None:
    if address.secret_name is None:
        assert printed(address) == printed(address, secrets=True)
        return
    secret = address.with_secret("quite another one")
    assert address.identity() == secret.identity()
    assert f":{MASK}@" in printed(secret)
    assert address.beside_identity() != secret.beside_identity()


@given(MEMBERS)
def test_there_is_a_line_that_sends_by_hand(address: MemberAddress) -> None:
    line = address.by_hand(b"x")
    assert line is not None
    assert "x" in line.line
