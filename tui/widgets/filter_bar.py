"""The line in which a filter is typed. What is typed applies at once, as soon as it can be understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label

from tui.model.filters import FEED_WORDS, SUBSCRIPTION_WORDS, Filter, FilterError, Vocabulary, parse_filter
from tui.render.line import Part
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.widgets.lines import Lines

WORDS: dict[str, Vocabulary] = {"subscriptions": SUBSCRIPTION_WORDS, "feed": FEED_WORDS}
"""The parts of the dashboard that can be filtered, and their keys."""


class FilterBar(Sturdy, Vertical):
    """Asks for a filter of one part of the dashboard. `enter` keeps it, `esc` takes it off."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", "No filter")]

    @dataclass
    class Changed(Message):
        """A filter that can be understood was typed."""

        part: str
        filter: Filter

    @dataclass
    class Closed(Message):
        """The operator is done."""

        part: str

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.part = "subscriptions"

    def compose(self) -> ComposeResult:
        """The field, and what is to be said of it."""
        with Horizontal(id="filter-row"):
            yield Label("", id="filter-title")
            yield Input(id="filter-text", placeholder="words, or key:value; esc takes the filter off")
        yield Lines(id="filter-said")

    def open(self, part: str, text: str) -> None:
        """Ask for the filter of a part, which has this one now."""
        self.part = part
        self.display = True
        self.query_one("#filter-title", Label).update(f"Filter {part} ")
        field = self.query_one("#filter-text", Input)
        field.value = text
        field.cursor_position = len(text)
        field.focus()
        self._hint()

    @on(Input.Changed, "#filter-text")
    def _changed(self, message: Input.Changed) -> None:
        if not self.display:
            return
        try:
            chosen = parse_filter(message.value, WORDS[self.part])
        except FilterError as error:
            self._say(Part(f"✖ {clean(str(error))}", "bad"))
            return
        self._hint()
        self.post_message(self.Changed(self.part, chosen))

    @on(Input.Submitted, "#filter-text")
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        try:
            parse_filter(message.value, WORDS[self.part])
        except FilterError:
            return  # what is wrong stands below the field already
        self._close()

    def action_clear(self) -> None:
        """Take the filter off."""
        self.post_message(self.Changed(self.part, Filter()))
        self._close()

    def _close(self) -> None:
        self.display = False
        self.post_message(self.Closed(self.part))

    def _hint(self) -> None:
        keys = " ".join(f"{key}:" for key in WORDS[self.part].keys)
        self._say(Part(f"{keys}  * any signs   a,b either   -term not", "faint"))

    def _say(self, part: Part) -> None:
        self.query_one("#filter-said", Lines).show([(part,)])
