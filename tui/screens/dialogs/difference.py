"""Asking before a change, with the difference shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.render.difference import difference_lines
from tui.screens.dialogs.question import ANSWER_KEYS, QuestionScreen
from tui.widgets.lines import Lines


class DifferenceScreen(QuestionScreen):
    """Answered with whether the change is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [*ANSWER_KEYS]

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
            yield self.answers("Back", self._verb, "primary")

    def on_mount(self) -> None:
        """Show it."""
        self.query_one("#difference", Lines).show(difference_lines(self._diff))
