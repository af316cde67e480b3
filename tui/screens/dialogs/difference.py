"""Asking before a change, with the difference shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.render.difference import difference_lines
from tui.sturdy.survival import Sturdy
from tui.widgets.lines import Lines


class DifferenceScreen(Sturdy, ModalScreen[bool]):
    """Dismissed with whether the change is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
    ]

    def __init__(self, question: str, diff: Sequence[str], verb: str, note: str = "") -> None:
        super().__init__()
        self._question = question
        self._diff = diff
        self._verb = verb
        self._note = note

    def compose(self) -> ComposeResult:
        """Question, difference, answers."""
        with VerticalScroll(classes="dialog -broad", can_focus=False):
            yield Static(self._question, classes="form-title", markup=False)
            if self._note:
                yield Static(self._note, markup=False)
            yield Lines(id="difference")
            with Horizontal(classes="form-buttons"):
                yield Button("Back  n", id="no")
                yield Button(f"{self._verb}  y", id="yes", variant="primary")

    def on_mount(self) -> None:
        """Show it; the harmless answer first."""
        self.query_one("#difference", Lines).show(difference_lines(self._diff))
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.action_answer(message.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Go, with the answer."""
        self.dismiss(answer)
