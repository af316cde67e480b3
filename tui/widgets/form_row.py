"""A row of a form: a name, something to fill in, what it is for; and what is wrong with it, below."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Select

from tui.render.line import Line
from tui.widgets.lines import Lines


class FormRow(Vertical):
    """One field. The problems take room only while there are any."""

    def __init__(self, field: str, label: str, control: Input | Select[str], hint: str) -> None:
        super().__init__(classes="form-row")
        self.field = field
        self.control = control
        self._label = label
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Name, field and hint in one line, problems below."""
        with Horizontal(classes="edit-row"):
            yield Label(self._label, classes="edit-name", markup=False)
            yield self.control
            kind = "edit-hint -of-choice" if isinstance(self.control, Select) else "edit-hint"
            yield Label(self._hint, classes=kind, markup=False)
        yield Lines(classes="row-problems")

    @property
    def typed(self) -> str:
        """What is filled in, blanks and all."""
        value = self.control.value
        return value if isinstance(value, str) else ""

    def hint(self, text: str) -> None:
        """Say something else beside the field."""
        self.query_one(".edit-hint", Label).update(text)

    def complain(self, problems: Sequence[Line]) -> None:
        """Show what is wrong, or nothing."""
        lines = self.query_one(".row-problems", Lines)
        lines.show(problems)
        lines.display = bool(problems)


def choice(values: Sequence[tuple[str, str]], value: str) -> Select[str]:
    """A field for one of a few values, each with its words."""
    return Select(values, value=value, allow_blank=False, compact=True, classes="edit-choice")
