"""A member's socket as fields, by its transport."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Select

from engine.address import MemberAddress
from engine.address.fields import FieldProblem
from engine.address.kinds.form_fields import SET, FieldType, SocketField
from tui.render.forms import problem_line
from tui.widgets.form_row import FormRow, choice


class SocketFields(Vertical):
    """The fields of one kind of socket at a time; what was typed is kept where the next one has the same field."""

    def __init__(self, kind: type[MemberAddress], values: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind
        self._values = dict(values)

    def compose(self) -> ComposeResult:
        """A row for each field."""
        yield from self._rows()

    @property
    def values(self) -> dict[str, str]:
        """What is typed, by field; what fields of other kinds held is in it, too."""
        return self._values | {row.field: row.typed for row in self.query(FormRow)}

    async def turn_to(self, kind: type[MemberAddress]) -> None:
        """Show the fields of another kind."""
        self._values, self.kind = self.values, kind
        await self.remove_children()
        await self.mount_all(self._rows())

    def complain(self, problems: Sequence[FieldProblem]) -> None:
        """Hand each field its problems."""
        for row in self.query(FormRow):
            row.complain([problem_line(one.message, one.hint) for one in problems if one.field == row.field])

    def focus_first(self, problems: Sequence[FieldProblem]) -> None:
        """Go to the first field that something is wrong with, or to the first of all."""
        wrong = {one.field for one in problems}
        rows = list(self.query(FormRow))
        row = next((one for one in rows if one.field in wrong), rows[0] if rows else None)
        if row is not None:
            row.control.focus()

    def _rows(self) -> Iterator[FormRow]:
        for field in self.kind.form_fields:
            yield FormRow(field.name, field.label, self._control(field), field.help)

    def _control(self, field: SocketField) -> Input | Select[str]:
        value = self._values.get(field.name, "")
        if field.type is FieldType.FLAG:
            return choice((("no", ""), ("yes", SET)), value)
        placeholder = field.default or f"for example {field.example}"
        return Input(value, placeholder=placeholder, password=field.is_secret, classes="edit-value")
