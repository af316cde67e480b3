"""What a form asks for, by kind; what becomes of it is in test_fields."""

from __future__ import annotations

import dataclasses

import pytest

from engine.address import MemberAddress
from engine.address.kinds.form_fields import FieldType
from engine.address.kinds.table import BUILT_IN


@pytest.mark.parametrize("kind", BUILT_IN.values(), ids=BUILT_IN)
def test_every_part_is_asked_for_once_and_explained(kind: type[MemberAddress]) -> None:
    names = [field.name for field in kind.form_fields]
    assert sorted(names) == sorted(field.name for field in dataclasses.fields(kind))
    assert all(field.label and field.help and field.example for field in kind.form_fields)
    assert sum(field.is_secret for field in kind.form_fields) <= 1


def test_hosts_and_ports_are_named_alike_everywhere() -> None:
    found = {(field.name, field.type) for kind in BUILT_IN.values() for field in kind.form_fields}
    assert {name for name, type_ in found if type_ in {FieldType.HOST, FieldType.PORT}} == {"host", "port"}
