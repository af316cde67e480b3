"""The members of a subscription as fields: in order, with their passwords hidden, problems below."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.hosts import hosted, said
from tui.widgets.lines import Lines
from tui.widgets.member_fields import MemberFields

A, B, C = "udp:127.0.0.1:1", "tcp:127.0.0.1:2", "rabbitmq:me:hush@h:5673/q"


def shown_sockets(fields: MemberFields) -> list[str]:
    return [field.query_one(".member-socket", Input).value for field in fields.fields]


def numbers(fields: MemberFields) -> list[str]:
    return [str(field.query_one(".member-number").render()) for field in fields.fields]


async def test_members_are_added_below_moved_and_removed_and_numbered_anew() -> None:
    fields = MemberFields([A, B], ())
    async with hosted(fields) as shown:
        fields.focus_here()
        await fields.add("unix:/x")
        assert fields.sockets == [A, "unix:/x", B]
        fields.shift(1)
        assert fields.sockets == [A, B, "unix:/x"]
        fields.shift(1)
        assert fields.sockets == [A, B, "unix:/x"], "it is the last already"
        assert numbers(fields) == ["1", "2", "3"]
        assert fields.here is not None
        assert fields.here[0] == 3
        await fields.remove_here()
        await shown.pilot.pause()
        assert fields.sockets == [A, B]
        assert numbers(fields) == ["1", "2"]
        await fields.remove_here()
        await fields.remove_here()
        await fields.remove_here()
        assert fields.sockets == []
        assert fields.here is None
        await fields.add()
        assert fields.sockets == [""]


async def test_the_member_that_has_the_focus_is_the_one_that_is_doubled() -> None:
    fields = MemberFields([A, B], ())
    async with hosted(fields) as shown:
        fields.fields[1].query_one(Input).focus()
        await shown.pilot.pause()
        await fields.duplicate()
        assert fields.sockets == [A, B, B]


async def test_a_password_is_never_in_a_field_and_never_lost() -> None:
    fields = MemberFields([C], ())
    async with hosted(fields):
        assert "hush" not in shown_sockets(fields)[0]
        assert fields.sockets == [C]
        await fields.duplicate()
        assert "hush" not in "".join(shown_sockets(fields))
        assert fields.sockets == [C, C]
        fields.fields[0].fill("rabbitmq:me:secret@h:5673/other")
        assert "secret" not in shown_sockets(fields)[0]
        assert fields.sockets[0] == "rabbitmq:me:secret@h:5673/other"


async def test_problems_stand_below_their_member_under_their_column() -> None:
    fields = MemberFields([A, B], ())
    async with hosted(fields, size=(80, 20)) as shown:
        fields.complain([{"member": 2, "column": 15, "message": "bad port", "hint": None}])
        await shown.pilot.pause()
        first, second = (field.query_one(".member-problems", Lines) for field in fields.fields)
        assert not first.display
        text, marker, *_words = said(second)
        assert text[marker.index("▲")] == B[14]
        fields.complain([])
        assert not second.display
