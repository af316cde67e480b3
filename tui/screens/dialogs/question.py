"""A question that is answered with yes or no."""

from __future__ import annotations

from typing import Literal

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Button

from tui.sturdy.survival import Sturdy

ANSWER_KEYS: tuple[Binding, ...] = (
    Binding("y", "answer(True)", "Yes"),
    Binding("n,escape", "answer(False)", "No"),
)
"""Of each heir, so that the help names it."""


class QuestionScreen(Sturdy, ModalScreen[bool]):
    """Dismissed with the answer. Its heirs say what is asked."""

    def answers(self, no: str, yes: str, variant: Literal["primary", "error"]) -> Horizontal:
        """The two buttons, with their keys."""
        return Horizontal(
            Button(f"{no}  n", id="no"),
            Button(f"{yes}  y", id="yes", variant=variant),
            classes="form-buttons",
        )

    def on_mount(self) -> None:
        """The harmless answer first."""
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.action_answer(message.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Go, with the answer."""
        self.dismiss(answer)
