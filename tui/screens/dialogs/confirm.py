"""Asking before something that cannot be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.sturdy.survival import Sturdy


class ConfirmScreen(Sturdy, ModalScreen[bool]):
    """Says what will be hit, in numbers, and is dismissed with the answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
    ]

    def __init__(self, question: str, consequences: str, verb: str) -> None:
        super().__init__()
        self._question = question
        self._consequences = consequences
        self._verb = verb

    def compose(self) -> ComposeResult:
        """Question, consequences, answers; `No` has the focus."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="form-title", markup=False)
            yield Static(self._consequences, id="consequences", markup=False)
            with Horizontal(classes="form-buttons"):
                yield Button("No, keep it  n", id="no")
                yield Button(f"{self._verb}  y", id="yes", variant="error")

    def on_mount(self) -> None:
        """The harmless answer first."""
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.action_answer(message.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Go, with the answer."""
        self.dismiss(answer)
