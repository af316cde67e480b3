"""Choosing what is to be exported, and as what."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from tui.sturdy.survival import Sturdy


class Choice(NamedTuple):
    """What is exported, and the form that its file has."""

    what: str
    form: str
    title: str
    minutes: int = 0
    """How much of the past an incident bundle has."""


CHOICES = (
    Choice("subscriptions", "csv", "Subscriptions and members as CSV"),
    Choice("subscriptions", "json", "Subscriptions and members as JSON"),
    Choice("feed", "csv", "Feed as CSV"),
    Choice("feed", "json", "Feed as JSON"),
    Choice("audit", "csv", "Audit trail as CSV"),
    Choice("audit", "json", "Audit trail as JSON"),
    Choice("screen", "svg", "The screen as a picture (SVG)"),
    *(
        Choice("incident", "json", f"Incident bundle of the last {minutes} minutes, for `switchboard open`", minutes)
        for minutes in (5, 15, 30)
    ),
)


class ExportScreen(Sturdy, ModalScreen[Choice | None]):
    """Dismissed with the choice, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def compose(self) -> ComposeResult:
        """The choices."""
        with Vertical(classes="dialog"):
            yield Label("Export", classes="form-title")
            yield OptionList(*(Option(choice.title) for choice in CHOICES), id="export-choices")

    def on_mount(self) -> None:
        """Ready to choose."""
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(CHOICES[message.option_index])
