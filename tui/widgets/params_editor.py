"""The parameters of an event to be raised: fields by name or by position, or all of them as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Input, Label, TextArea

from engine.catalogue import EventInfo, ParamInfo, catalogue, sample_event
from engine.errors import EventError
from engine.event import Event, Param
from tui.render.jsonparams import json_of, params_in
from tui.render.typed import FieldText, Kind, about_param, can_be_typed, event_of, field_texts, params_typed


class Way(StrEnum):
    """How parameters are given and sent."""

    NAMED = "sent by name"
    POSITIONAL = "sent by position"
    JSON = "as JSON"


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


class JsonArea(TextArea):
    """A field of several lines, in which `enter` raises as in the others; lines come by pasting."""

    class Submitted(Message):
        """The operator is done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Textual selects with these, and what is typed next would replace the whole.
        Binding("f6", "nothing", show=False),
        Binding("f7", "screen.pick_event", show=False),
    ]

    def action_nothing(self) -> None:
        """Done by a key that would do harm here."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted())
            return
        await super()._on_key(event)


class ParamsEditor(Vertical):
    """Posts `Changed` when the parameters may be others than before."""

    class Changed(Message):
        """The parameters may be others than before."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.way = Way.NAMED
        self._offered = ""
        """The JSON that was put there by the form itself, and may be replaced."""

    def compose(self) -> ComposeResult:
        """Fields or JSON, and what can be done to them."""
        yield VerticalScroll(id="raise-params", can_focus=False)
        yield JsonArea(id="raise-json", compact=True, placeholder='{"name": "value"} or ["value"]')
        with Horizontal(classes="form-buttons"):
            yield Button("+ parameter", id="raise-more", compact=True)
            yield Button(Way.NAMED.value, id="raise-positional", compact=True)
            yield Button("as JSON ^j", id="raise-as-json", compact=True)

    def on_mount(self) -> None:
        """Begin with fields."""
        self._use(Way.NAMED)

    @property
    def is_json(self) -> bool:
        """Whether the parameters stand there as JSON."""
        return self.way is Way.JSON

    def event(self, name: str) -> Event:
        """The event of that name with these parameters.

        Raises:
            EventError: there is none; for JSON it is a JsonParamsError.
        """
        if self.is_json:
            return Event.checked(name, params_in(self._area.text))
        return event_of(name, self._typed, is_positional=self.way is Way.POSITIONAL)

    async def begin(self, info: EventInfo | None) -> None:
        """Offer the parameters of a known event; JSON that the operator wrote stays."""
        await self._mount([ParamField(param) for param in (() if info is None else info.params)])
        if self._area.text.strip() in {"", "{}", self._offered}:
            self._offer(json_of(() if info is None else sample_event(info).params))

    async def fill(self, event: Event) -> None:
        """Show an event's parameters, as JSON where fields cannot hold them."""
        if not await self._fill_fields(event.name, event.params):
            self._offer(json_of(event.params))
            self._use(Way.JSON)

    async def turn_json(self, name: str) -> None:
        """Show the parameters of an event of that name as JSON, or in fields again, with their values.

        Raises:
            EventError: the JSON is none, or fields cannot hold what it says.
        """
        if not self.is_json:
            self._offer(json_of(params_typed(self._typed, is_positional=self.way is Way.POSITIONAL)))
            self._use(Way.JSON)
            self._area.focus()
            self._area.move_cursor(self._area.document.end)
            return
        params = params_in(self._area.text)
        if not await self._fill_fields(name, params):
            raise EventError("fields cannot hold these parameters; they stay as JSON")
        fields = self.query(".param-value")
        (fields.first() if fields else self.query_one("#raise-more")).focus()

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self, message: Message) -> None:
        message.stop()
        self.post_message(self.Changed())

    @on(Button.Pressed, "#raise-more")
    async def _add_field(self) -> None:
        field = ParamField(None)
        await self.query_one("#raise-params").mount(field)
        field.query_one("Input.param-name").focus()

    @on(Button.Pressed, "#raise-positional")
    def _change_order(self) -> None:
        self._use(Way.NAMED if self.way is Way.POSITIONAL else Way.POSITIONAL)

    @property
    def _area(self) -> JsonArea:
        return self.query_one(JsonArea)

    @property
    def _typed(self) -> list[tuple[str, str, Kind]]:
        """Of the fields that are there already, and still."""
        return [field.typed for field in self.query(ParamField) if field.query(".param-value")]

    def _offer(self, text: str) -> None:
        self._offered = text
        self._area.text = text

    def _use(self, way: Way) -> None:
        self.way = way
        self._area.display = self.is_json
        for name in ("#raise-params", "#raise-more", "#raise-positional"):
            self.query_one(name).display = not self.is_json
        self._label("#raise-positional", Way.NAMED.value if self.is_json else way.value)
        self._label("#raise-as-json", "in fields ^j" if self.is_json else "as JSON ^j")
        self.post_message(self.Changed())

    def _label(self, button: str, text: str) -> None:
        found = self.query_one(button, Button)
        found.label = text
        found.refresh(layout=True)  # a label that has become longer needs more room

    async def _fill_fields(self, name: str, params: Sequence[Param]) -> bool:
        """Put parameters into fields; whether fields can hold them."""
        known = catalogue().get(name)
        texts = field_texts(() if known is None else known.params, params)
        if not can_be_typed(texts, params):
            return False
        await self._mount([_field(one) for one in texts])
        self._use(Way.POSITIONAL if params and params[0][0] is None else Way.NAMED)
        return True

    async def _mount(self, fields: Sequence[ParamField]) -> None:
        holder = self.query_one("#raise-params", VerticalScroll)
        async with self.batch():
            await holder.remove_children()
            await holder.mount_all(fields)


def _field(one: FieldText) -> ParamField:
    return ParamField(one.info, one.name, one.text)
