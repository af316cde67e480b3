"""Asking before something that cannot be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.screens.dialogs.question import ANSWER_KEYS, QuestionScreen


class ConfirmScreen(QuestionScreen):
    """Says what will be hit, in numbers."""

    BINDINGS: ClassVar[list[BindingType]] = [*ANSWER_KEYS]

    def __init__(self, question: str, consequences: str, verb: str) -> None:
        super().__init__()
        self._question = question
        self._consequences = consequences
        self._verb = verb

    def compose(self) -> ComposeResult:
        """Question, consequences, answers."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="form-title", markup=False)
            yield Static(self._consequences, id="consequences", markup=False)
            yield self.answers("No, keep it", self._verb, "error")
