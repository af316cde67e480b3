"""The form to raise an event, beside the dashboard, so that one sees what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label

from engine.catalogue import ParamInfo, catalogue
from engine.errors import EventError
from engine.event import Event, Param
from engine.snapshot import SubscriptionRow
from tui.render.delivery import hearers
from tui.render.line import Line, Part
from tui.render.typed import Kind, about_event, about_param, event_of, preview, text_of
from tui.surviving import Sturdy
from tui.widgets.lines import Lines

_NAMED, _POSITIONAL = "sent by name", "sent by position"


class ParamField(Horizontal):
    """One parameter: its name, fixed where the catalogue knows it, and its value."""

    def __init__(self, info: ParamInfo | None, name: str = "", text: str | None = None) -> None:
        super().__init__()
        self._info = info
        self._given_name = name
        self._given_text = text

    def compose(self) -> ComposeResult:
        """Name and value."""
        if self._info is None:
            yield Input(self._given_name, placeholder="name", classes="param-name")
            yield Input(self._given_text or "", placeholder='text, 42, null or "42"', classes="param-value")
            return
        example = "" if self._info.example is None else str(self._info.example)
        example = example if self._given_text is None else self._given_text
        yield Label(self._info.name, classes="param-name", markup=False)
        value = Input(example, placeholder=about_param(self._info), classes="param-value")
        value.tooltip = about_param(self._info)
        yield value

    @property
    def typed(self) -> tuple[str, str, Kind]:
        """Name, text and kind."""
        text = self.query_one(".param-value", Input).value
        if self._info is None:
            return self.query_one("Input.param-name", Input).value, text, "free"
        return self._info.name, text, self._info.type


class RaiseForm(Sturdy, Vertical):
    """Posts `Raised` with the event when it is to be raised, and `Closed` when the operator is done."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Back")]

    @dataclass
    class Raised(Message):
        """The event is to be raised."""

        event: Event

    class Closed(Message):
        """The form is no longer wanted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._rows: tuple[SubscriptionRow, ...] = ()
        self._known: tuple[str, ...] = ()
        self._shown_event: str | None = None
        self._is_positional = False

    def compose(self) -> ComposeResult:
        """The fields from top to bottom."""
        yield Label("Raise an event", classes="form-title")
        yield Lines(id="raise-hearers")
        yield Input(placeholder="event, for example E_PIKE_BLOCKED", id="raise-event")
        yield Lines(id="raise-about")
        yield VerticalScroll(id="raise-params", can_focus=False)
        with Horizontal(classes="form-buttons"):
            yield Button("+ parameter", id="raise-more", compact=True)
            yield Button(_NAMED, id="raise-positional", compact=True)
        yield Lines(id="raise-preview")
        with Horizontal(classes="form-buttons"):
            yield Button("Raise ⏎", id="raise-now", variant="primary", compact=True)
            yield Button("Back esc", id="raise-close", compact=True)
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
        self._use_positional(event.is_positional)
        known = catalogue().get(event.name)
        infos = {info.name: info for info in (() if known is None else known.params)}
        await self._mount_fields([_filled(infos.get(param[0] or ""), param) for param in event.params])
        self.query_one("#raise-event", Input).value = event.name
        self.open(event.name)

    def show_world(self, rows: tuple[SubscriptionRow, ...], known: tuple[str, ...]) -> None:
        """Take the subscriptions, and the events that may be raised."""
        self._rows = rows
        field = self.query_one("#raise-event", Input)
        if known != self._known:
            self._known = known
            field.suggester = SuggestFromList(sorted(known), case_sensitive=False)
        text = hearers(rows, field.value)
        role = "warn" if text.startswith("nobody") else "good"
        line: Line = (Part(text, "warn" if role == "warn" else "good"),)
        hearing = self.query_one("#raise-hearers", Lines)
        if hearing.lines != (line,):
            hearing.show([line])

    def show_results(self, lines: Sequence[Line]) -> None:
        """Show what became of the events that were raised here, newest first."""
        results = self.query_one("#raise-results", Lines)
        if results.lines != tuple(lines):
            results.show(lines)

    @on(Input.Changed, "#raise-event")
    async def _event_changed(self, message: Input.Changed) -> None:
        name = message.value.strip()
        info = catalogue().get(name)
        self.query_one("#raise-about", Lines).show([(Part(about_event(info) if name else "", "faint"),)])
        if name != self._shown_event:
            self._shown_event = name
            await self._show_fields(info.params if info is not None else ())
        self.show_world(self._rows, self._known)
        self._preview()

    @on(Input.Changed, ".param-name, .param-value")
    def _preview(self) -> None:
        try:
            shown: Line = (Part(preview(self.event()), "accent"),)
        except EventError as error:
            shown = (Part(f"✖ {error}", "bad"),)
        self.query_one("#raise-preview", Lines).show([(Part("what goes out  ", "faint"), *shown)])

    @on(Button.Pressed, "#raise-more")
    async def _add_field(self) -> None:
        field = ParamField(None)
        await self.query_one("#raise-params").mount(field)
        field.query_one("Input.param-name").focus()

    @on(Button.Pressed, "#raise-positional")
    def _change_form(self) -> None:
        self._use_positional(not self._is_positional)
        self._preview()

    @on(Input.Submitted)
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

    def event(self) -> Event:
        """The event that the fields describe.

        Raises:
            EventError: they do not describe one.
        """
        name = self.query_one("#raise-event", Input).value.strip()
        typed = [field.typed for field in self.query(ParamField)]
        return event_of(name, typed, is_positional=self._is_positional)

    def _use_positional(self, is_positional: bool) -> None:
        self._is_positional = is_positional
        self.query_one("#raise-positional", Button).label = _POSITIONAL if is_positional else _NAMED

    async def _show_fields(self, params: Iterable[ParamInfo]) -> None:
        await self._mount_fields([ParamField(param) for param in params])

    async def _mount_fields(self, fields: Sequence[ParamField]) -> None:
        holder = self.query_one("#raise-params", VerticalScroll)
        async with self.batch():
            await holder.remove_children()
            await holder.mount_all(fields)


def _filled(info: ParamInfo | None, param: Param) -> ParamField:
    """The field of a parameter that has its value; a free one where the catalogue's could not hold that value."""
    name, value = param
    if info is not None and value not in {None, ""} and isinstance(value, int) is (info.type == "int"):
        return ParamField(info, text=str(value))
    return ParamField(None, name or "", text_of(value))
