"""A row of a form: what is filled in, and what is wrong with it."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.hosts import hosted, said
from tui.render.line import Part
from tui.widgets.form_row import FormRow, choice
from tui.widgets.lines import Lines


async def test_problems_take_room_only_while_there_are_any() -> None:
    async with hosted() as shown:
        row = FormRow("port", "port", Input("9000"), "1 to 65535")
        await shown.app.mount(row)
        problems = row.query_one(".row-problems", Lines)
        row.complain([])
        await shown.pilot.pause()
        height = row.size.height
        row.complain([(Part("✖ no port", "bad"),), (Part("a hint", "faint"),)])
        await shown.pilot.pause()
        assert row.size.height == height + 2
        assert said(problems) == ["✖ no port", "a hint"]
        row.complain([])
        await shown.pilot.pause()
        assert row.size.height == height


async def test_what_is_filled_in_is_told_as_it_was_typed_or_chosen() -> None:
    async with hosted() as shown:
        typed = FormRow("host", "host", Input(" h "), "a name")
        chosen = FormRow("flag", "persistent", choice((("no", ""), ("yes", "yes")), "yes"), "outlives")
        await shown.app.mount_all([typed, chosen])
        assert typed.typed == " h "
        assert chosen.typed == "yes"
        chosen.control.value = ""
        assert chosen.typed == ""


async def test_names_and_hints_are_text_and_no_markup() -> None:
    row = FormRow("path", "[b]path[/b]", Input(), "[red]of a file[/red]")
    async with hosted(row):
        texts = [str(label.render()) for label in row.query("Label")]
        assert texts == ["[b]path[/b]", "[red]of a file[/red]"]
