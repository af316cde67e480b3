"""Choosing one of many: type to filter, arrows to move, enter to take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from tui.render.line import Line, Part
from tui.sturdy.survival import Sturdy
from tui.widgets.choices import Choice, ChoicesView
from tui.widgets.lines import Lines

PAGE = 10
"""Lines that `pg up` and `pg dn` move by."""


class ChoiceScreen(Sturdy, ModalScreen[Any]):
    """Dismissed with the value that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", f"move(-{PAGE})", "Page up", show=False),
        Binding("pagedown", f"move({PAGE})", "Page down", show=False),
    ]

    DEFAULT_CSS = """
    ChoiceScreen Input { margin: 1 0; }
    ChoiceScreen #choosing-said { margin-top: 1; }
    """

    def __init__(self, title: str, choices: Sequence[Choice], hint: str, nothing: str) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._nothing = nothing
        self.choices = choices

    def compose(self) -> ComposeResult:
        """Title, filter, lines, what can be done."""
        with Vertical(classes="dialog -broad"):
            yield Label(self._title, classes="form-title", markup=False)
            yield Input(placeholder="type to filter", id="choosing-filter")
            yield ChoicesView(self.choices, id="choosing-list")
            yield Lines(id="choosing-said")

    def on_mount(self) -> None:
        """Begin with typing."""
        self.query_one(Input).focus()
        self.offer()

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self.query_one(ChoicesView).move(step)

    @property
    def chosen(self) -> Choice | None:
        """What the cursor stands on."""
        return self.query_one(ChoicesView).chosen

    @on(Input.Changed)
    def offer(self) -> None:
        """Show what fits what is typed."""
        self.query_one(ChoicesView).offer(self.choices, self.query_one(Input).value)

    @on(ChoicesView.Moved)
    def _tell(self) -> None:
        """Say all of what the cursor stands on, and what can be done."""
        chosen = self.chosen
        if chosen is None:
            lines: list[Line] = [(Part("nothing has that in it" if self.choices else self._nothing, "warn"),)]
        else:
            lines = [(Part(chosen.about),), (Part(self._hint, "faint"),)]
        self.query_one("#choosing-said", Lines).show(lines)

    @on(Input.Submitted)
    @on(ChoicesView.Chosen)
    def _take(self) -> None:
        if self.chosen is not None:
            self.dismiss(self.chosen.value)
