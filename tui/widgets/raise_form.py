"""The form to raise an event, beside the dashboard, so that one sees what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label

from engine.catalogue import catalogue
from engine.errors import EventError
from engine.event import Event
from engine.view.snapshot import SubscriptionRow
from tui.keys.in_force import key_of
from tui.render.delivery import hearers
from tui.render.jsonparams import JsonParamsError, wrong_lines
from tui.render.line import Line, Part
from tui.render.previews import preview_lines
from tui.render.typed import about_event, preview
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.widgets.lines import Lines
from tui.widgets.params_editor import JsonArea, ParamsEditor

_BUTTONS = {
    "raise-pick": "screen.pick_event",
    "raise-before": "screen.raised_before",
    "raise-as-json": "screen.params_as_json",
    "raise-many-times": "app.raise_many",
    "raise-save": "screen.save_template",
}
"""Buttons that do what a key does."""

TALL = 32
"""A form of so many lines has some to spare."""

ROWS = 6
"""Lines of one payload, where there is room."""

ROOM = 8
"""What became of events may take so many lines in any form; the style sheet sees to it."""


class RaiseForm(Sturdy, Vertical):
    """Posts `Raised` with the event when it is to be raised, `Drafted` when it changed, `Closed` at the end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back"),
        Binding("pageup", "scroll_form(-1)", "Page up", show=False),
        Binding("pagedown", "scroll_form(1)", "Page down", show=False),
    ]

    @dataclass
    class Raised(Message):
        """The event is to be raised."""

        event: Event

    @dataclass
    class Drafted(Message):
        """What stands in the form, or who would hear it, may have changed; None is no event yet."""

        event: Event | None

    class Closed(Message):
        """The form is no longer wanted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._rows: tuple[SubscriptionRow, ...] = ()
        self._known: tuple[str, ...] = ()
        self._hearing: object = None
        """Who hears the event, as far as it matters for what they get."""
        self._shown_event: str | None = None
        self._told: Mapping[str, Any] | None = None
        self._failure: Sequence[Line] = ()

    def compose(self) -> ComposeResult:
        """What is to be raised; what can be done; what became of it."""
        with VerticalScroll(id="raise-top", can_focus=False):
            with Horizontal(id="raise-head"):
                yield Label("Raise an event", classes="form-title")
                yield Button(f"Pick {key_of(self, 'pick_event')}", id="raise-pick", compact=True)
                yield Button(f"History {key_of(self, 'raised_before')}", id="raise-before", compact=True)
            yield Lines(id="raise-hearers")
            yield Input(placeholder="event, for example E_PIKE_BLOCKED", id="raise-event")
            yield Lines(id="raise-about")
            yield ParamsEditor(id="raise-editor")
            yield Lines(id="raise-preview")
            yield Lines(id="raise-members")
        with Horizontal(classes="form-buttons"):
            yield Button("Raise ⏎", id="raise-now", variant="primary", compact=True)
            yield Button("N times …", id="raise-many-times", compact=True)
            yield Button(f"Save {key_of(self, 'save_template')}", id="raise-save", compact=True)
            yield Button("Back esc", id="raise-close", compact=True)
        with VerticalScroll(id="raise-outcomes", can_focus=False):
            yield Lines(id="raise-results")

    def open(self, event: str) -> None:
        """Show the form, with an event to begin with unless something stands there already."""
        self.display = True
        field = self.query_one("#raise-event", Input)
        if not field.value:
            field.value = event
        field.focus()
        self._preview()

    async def fill(self, event: Event) -> None:
        """Show the form with an event that was raised before, whatever stood there."""
        self._shown_event = event.name
        await self._editor.fill(event)
        self.query_one("#raise-event", Input).value = event.name
        self.open(event.name)

    def pick(self, event: str) -> None:
        """Show the form with an event of the catalogue; its parameters come with it."""
        self.query_one("#raise-event", Input).value = event
        self.open(event)

    async def turn_json(self) -> None:
        """Show the parameters as JSON, or in fields again.

        Raises:
            EventError: they cannot be shown so.
        """
        await self._editor.turn_json(self.name_typed)

    @property
    def name_typed(self) -> str:
        """The event's name, as far as it is typed."""
        return self.query_one("#raise-event", Input).value.strip()

    @property
    def room(self) -> tuple[int, int]:
        """Width and height of what is shown below the buttons."""
        width, height = self.query_one("#raise-outcomes").scrollable_content_region.size
        return width, max(height, ROOM) - 1

    def show_world(self, rows: tuple[SubscriptionRow, ...], known: tuple[str, ...]) -> None:
        """Take the subscriptions, and the events that may be raised."""
        self._rows = rows
        field = self.query_one("#raise-event", Input)
        if known != self._known:
            self._known = known
            field.suggester = SuggestFromList(sorted(known), case_sensitive=False)
        text = hearers(rows, field.value)
        _say(self.query_one("#raise-hearers", Lines), [(Part(text, "warn" if text.startswith("nobody") else "good"),)])
        hearing = [(row.id, [member.socket for member in row.members]) for row in rows if row.event == self.name_typed]
        if hearing != self._hearing:
            self._hearing = hearing
            self._draft()

    def show_members(self, told: Mapping[str, Any] | None, failure: Sequence[Line] = ()) -> None:
        """Show what each member would get, as `preview_event` tells, or why that is not known."""
        self._told, self._failure = told, failure
        self._draw_members()

    def on_resize(self) -> None:
        """Payloads are cut for the width."""
        self._draw_members()

    def _draw_members(self) -> None:
        lines: Sequence[Line] = self._failure
        if self._told is not None:
            width = self.content_size.width - 1  # the scroll bar's
            lines = preview_lines(self._told, max(width, 1), ROWS if self.size.height >= TALL else 1)
        for where in self.query("#raise-members").results(Lines):  # none, when the console ended meanwhile
            _say(where, lines)

    def show_results(self, lines: Sequence[Line]) -> None:
        """Show what became of the events that were raised here, newest first."""
        results = self.query_one("#raise-results", Lines)
        _say(results, lines)
        if results.size.height < len(lines):
            results.refresh(layout=True)  # lines that come while a layout is under way are missed by it

    @on(Input.Changed, "#raise-event")
    async def _event_changed(self, message: Input.Changed) -> None:
        name = message.value.strip()
        info = catalogue().get(name)
        self.query_one("#raise-about", Lines).show([(Part(about_event(info) if name else "", "faint"),)])
        if name != self._shown_event:
            self._shown_event = name
            await self._editor.begin(info)
        self.show_world(self._rows, self._known)
        self._preview()

    @on(ParamsEditor.Changed)
    def _preview(self) -> None:
        head = Part("what goes out  ", "faint")
        lines: list[Line]
        try:
            lines = [(head, Part(preview(self.event()), "accent"))]
        except JsonParamsError as error:
            lines = wrong_lines(error, self._editor.content_size.width)
        except EventError as error:
            lines = [(head, Part(f"✖ {clean(str(error))}", "bad"))]
        _say(self.query_one("#raise-preview", Lines), lines)
        self._draft()

    def _draft(self) -> None:
        if not self.display:
            return
        try:
            event: Event | None = self.event()
        except EventError:
            event = None
        self.post_message(self.Drafted(event))

    @on(Button.Pressed)
    async def _do(self, message: Button.Pressed) -> None:
        action = _BUTTONS.get(message.button.id or "")
        if action is not None:
            await self.screen.run_action(action)

    @on(Input.Submitted)
    @on(JsonArea.Submitted)
    @on(Button.Pressed, "#raise-now")
    def _raise(self) -> None:
        try:
            event = self.event()
        except EventError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.post_message(self.Raised(event))

    @on(Button.Pressed, "#raise-close")
    def action_close(self) -> None:
        """Close the form; what was typed stays for the next time."""
        self.display = False
        self.post_message(self.Closed())

    def action_scroll_form(self, step: int) -> None:
        """Show what is above or below in the form."""
        top = self.query_one("#raise-top", VerticalScroll)
        top.scroll_relative(y=step * max(top.size.height - 1, 1), animate=False)

    def event(self) -> Event:
        """The event that the form describes.

        Raises:
            EventError: it does not describe one.
        """
        return self._editor.event(self.name_typed)

    @property
    def _editor(self) -> ParamsEditor:
        return self.query_one(ParamsEditor)


def _say(where: Lines, lines: Sequence[Line]) -> None:
    if where.lines != tuple(lines):
        where.show(lines)
