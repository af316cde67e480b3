"""History and templates: what was raised here before, and what was kept under a name."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from engine.event import Event
from tui.model.event_text import parameters
from tui.render.line import Line, Part, cell
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.userfiles.raised_book import NAME_MAX, Kept, RaisedBook, Template
from tui.widgets.choices import Choice
from tui.widgets.lines import Lines


class RaisedBeforeScreen(ChoiceScreen):
    """Dismissed with an event to fill the form with, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # The filter would take the key for itself.
        Binding("f8", "forget", "Remove", show=False, priority=True),
    ]

    def __init__(self, book: RaisedBook, kept: Kept) -> None:
        super().__init__(
            f"History ({len(kept.history)}) and templates ({len(kept.templates)})",
            kept_choices(kept),
            "↑ ↓ move   enter fills the form   f8 removes it from here   esc back",
            "nothing was raised from here yet; ^s in the form keeps it as a template",
        )
        self._book = book

    @work(exclusive=True, group="forget")
    async def action_forget(self) -> None:
        """Ask, and remove the template or the event of the history."""
        chosen = self.chosen
        if chosen is None:
            return
        entry: Event | Template = chosen.tag
        is_template = isinstance(entry, Template)
        what = f"template {clean(entry.name)}" if is_template else f"{clean(entry.name)} from the history"
        question = ConfirmScreen(f"Remove {what}?", "It is removed from the file as well.", "Remove")
        if not await self.app.push_screen_wait(question):
            return
        kept = await asyncio.to_thread(self._book.change, lambda before: _without(before, entry))
        self.choices = kept_choices(kept)
        self.offer()
        self.notify(f"Removed {what}", markup=False)


def kept_choices(kept: Kept) -> list[Choice]:
    """Templates by name, then the history, newest first."""
    templates = [_choice(one, one.name, one.event) for one in kept.templates]
    return [*templates, *(_choice(event, "", event) for event in kept.history)]


def _choice(entry: Event | Template, name: str, event: Event) -> Choice:
    shown = parameters(event)
    line: Line = (
        cell(clean(name) or "raised", 22, "good" if name else "faint"),
        Part(" "),
        cell(clean(event.name), 26, "strong"),
        Part(" "),
        Part(shown),
    )
    return Choice(event, line, f"{name or 'raised'} {event.name} {shown}", f"{clean(event.name)} {shown}", entry)


def _without(kept: Kept, entry: Event | Template) -> Kept:
    return kept.without_template(entry.name) if isinstance(entry, Template) else kept.without_raised(entry)


class SaveTemplateScreen(Sturdy, ModalScreen[str | None]):
    """Asks for the name of a template; dismissed with it, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, event: Event, kept: Kept) -> None:
        super().__init__()
        self._event = event
        self._names = {one.name for one in kept.templates}

    def compose(self) -> ComposeResult:
        """What is saved, its name, what that does."""
        with Vertical(classes="dialog"):
            yield Label("Save as a template", classes="form-title")
            yield Lines(id="template-event")
            yield Label("Name", classes="form-label")
            yield Input(self._event.name[:NAME_MAX], max_length=NAME_MAX, id="template-name")
            yield Lines(id="template-said")
            with Horizontal(classes="form-buttons"):
                yield Button("Save ⏎", id="template-save", variant="primary")
                yield Button("Back esc", id="template-back")

    def on_mount(self) -> None:
        """Say what is saved; begin with the name, all of it selected."""
        event = self._event
        shown = (Part(clean(event.name), "strong"), Part(f" {parameters(event)}", "faint"))
        self.query_one("#template-event", Lines).show([shown])
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        is_there = message.value.strip() in self._names
        said = "⚠ it takes the place of the template of this name" if is_there else ""
        self.query_one("#template-said", Lines).show([(Part(said, "warn"),)])

    @on(Input.Submitted)
    @on(Button.Pressed, "#template-save")
    def _save(self) -> None:
        name = self.query_one(Input).value.strip()
        if name:
            self.dismiss(name)
        else:
            self.query_one("#template-said", Lines).show([(Part("✖ it needs a name", "bad"),)])

    @on(Button.Pressed, "#template-back")
    def _back(self) -> None:
        self.dismiss(None)
