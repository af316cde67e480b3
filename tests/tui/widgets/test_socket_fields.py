"""A socket as fields, by its transport."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from engine.address import MemberAddress
from engine.address.fields import FieldProblem
from engine.address.kinds.table import BUILT_IN, usable_kind
from tests.tui.hosts import hosted, said
from tui.widgets.form_row import FormRow
from tui.widgets.lines import Lines
from tui.widgets.socket_fields import SocketFields


def row(fields: SocketFields, name: str) -> FormRow:
    (found,) = [one for one in fields.query(FormRow) if one.field == name]
    return found


def kind_of(scheme: str) -> type[MemberAddress]:
    kind = usable_kind(scheme)
    assert kind is not None
    return kind


@pytest.mark.parametrize("scheme", sorted(BUILT_IN))
async def test_each_transport_has_a_row_for_each_of_its_fields(scheme: str) -> None:
    kind = kind_of(scheme)
    fields = SocketFields(kind, {})
    async with hosted(fields):
        assert [one.field for one in fields.query(FormRow)] == [one.name for one in kind.form_fields]
        secret = {one.name for one in kind.form_fields if one.is_secret}
        hidden = {one.field for one in fields.query(FormRow) if isinstance(one.control, Input) and one.control.password}
        assert hidden == secret


async def test_what_was_typed_is_kept_where_the_next_transport_has_the_same_field() -> None:
    fields = SocketFields(kind_of("tcp"), {"host": "h", "port": "1", "method": "m"})
    async with hosted(fields):
        row(fields, "port").control.value = "2"
        await fields.turn_to(kind_of("udp"))
        assert [one.field for one in fields.query(FormRow)] == ["host", "port"]
        assert row(fields, "port").typed == "2"
        await fields.turn_to(kind_of("xmlrpc"))
        assert fields.values == {"host": "h", "port": "2", "path": "", "method": "m"}


async def test_each_field_has_its_problems_and_the_first_wrong_one_the_focus() -> None:
    fields = SocketFields(kind_of("tcp"), {})
    async with hosted(fields) as shown:
        problems = [FieldProblem("port", "no port", "1 to 65535"), FieldProblem(None, "of none")]
        fields.complain(problems)
        fields.focus_first(problems)
        await shown.pilot.pause()
        (text,) = said(row(fields, "port").query_one(Lines))
        assert "no port" in text
        assert "1 to 65535" in text
        assert said(row(fields, "host").query_one(Lines)) == []
        assert row(fields, "port").control.has_focus
        fields.focus_first([])
        await shown.pilot.pause()
        assert row(fields, "host").control.has_focus
