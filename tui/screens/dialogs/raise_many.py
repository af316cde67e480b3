"""Raising one event many times, at once or at a rate, with progress and a stop."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from engine.errors import EventError, SwitchboardError
from engine.event import Event, Param
from tui.link.answers import ask
from tui.link.protocol import Link
from tui.render.forms import failure_lines
from tui.render.jsonparams import json_of, params_in
from tui.render.line import Line, Part
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.widgets.lines import Lines

BAR_CELLS = 40

FIELDS = (
    ("many-event", "Event"),
    ("many-params", 'Parameters as JSON: {"ip": "192.0.2.66"} or ["value"]'),
    ("many-count", "Times"),
    ("many-rate", "A second (empty is as fast as it goes)"),
)


class RaiseManyScreen(Sturdy, ModalScreen[None]):
    """Starts a series, shows how far it is at each beat of the console, and stops it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    DEFAULT_CSS = """
    RaiseManyScreen #many-progress { margin-top: 1; }
    """

    def __init__(
        self, link: Link, event: str, params: str, remember: Callable[[Event], Awaitable[None]] | None = None
    ) -> None:
        super().__init__()
        self._link = link
        self._remember = remember
        self._limits: Mapping[str, int] = {}
        """The greatest count and rate, once the engine has told them."""
        self._begin = {"many-event": event, "many-params": params, "many-count": "100"}

    def compose(self) -> ComposeResult:
        """The fields, progress, buttons."""
        with Vertical(classes="dialog"):
            yield Label("Raise many times", classes="form-title")
            for name, title in FIELDS:
                yield Label(title, classes="form-label", id=f"{name}-title", markup=False)
                yield Input(self._begin.get(name, ""), id=name)
            yield Lines(id="many-problem")
            yield Lines(id="many-progress")
            with Horizontal(classes="form-buttons"):
                yield Button("Raise ⏎", id="many-start", variant="primary", compact=True)
                yield Button("Stop", id="many-stop", variant="error", compact=True)
                yield Button("Back esc", id="many-back", compact=True)

    def on_mount(self) -> None:
        """Begin at the number; a series that runs already is shown."""
        self.query_one("#many-count" if self._begin["many-event"] else "#many-event").focus()
        self.beat()
        self._ask_limits()

    @work(group="limits")
    async def _ask_limits(self) -> None:
        answer = await ask(self._link, "series_limits")
        if answer.failure:
            self.query_one("#many-problem", Lines).show(failure_lines(answer.failure))
            return
        self._limits = answer.value
        for name, title in FIELDS:
            limit = self._limits.get(name.removeprefix("many-"))
            if limit is not None:
                self.query_one(f"#{name}-title", Label).update(f"{title}, at most {limit:,} (raise_limit)")
        self._check()

    @on(Input.Changed)
    def _check(self) -> None:
        """Say what is wrong while it is typed."""
        try:
            self._wanted()
        except SwitchboardError as error:
            self.query_one("#many-problem", Lines).show([(Part(f"✖ {clean(str(error))}", "bad"),)])
        else:
            self.query_one("#many-problem", Lines).show([])

    @work(exclusive=True, group="progress")
    async def beat(self) -> None:
        """The console's timer beats: ask how far it is."""
        answer = await ask(self._link, "series_progress")
        if answer.failure:
            self._say(failure_lines(answer.failure))
        elif answer.value is not None:
            self._say([progress_line(answer.value)])

    @on(Input.Submitted)
    @on(Button.Pressed, "#many-start")
    @work(exclusive=True, group="series")
    async def _start(self) -> None:
        try:
            wanted = self._wanted()
        except SwitchboardError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        answer = await ask(self._link, "raise_series", **wanted)
        if answer.failure:
            self.notify(answer.failure, title="Refused", severity="error", markup=False)
            return
        self._say([progress_line(answer.value)])
        if self._remember is not None:
            await self._remember(Event(wanted["event"], tuple(wanted["params"])))

    @on(Button.Pressed, "#many-stop")
    @work(exclusive=True, group="series")
    async def _stop(self) -> None:
        answer = await ask(self._link, "stop_series")
        if answer.failure:
            self.notify(answer.failure, title="Refused", severity="error", markup=False)
            return
        raised = 0 if answer.value is None else answer.value["raised"]
        self.notify(f"Stopped; {raised:,} were raised")

    @on(Button.Pressed, "#many-back")
    def _back(self) -> None:
        self.dismiss()

    def _wanted(self) -> dict[str, Any]:
        """What the fields say.

        Raises:
            SwitchboardError: one of them cannot be understood.
        """
        typed = {name: self.query_one(f"#{name}", Input).value.strip() for name, _ in FIELDS}
        event = Event.checked(typed["many-event"], _params(typed["many-params"]))
        count = self._number("times", "count", typed["many-count"])
        rate = self._number("a second", "rate", typed["many-rate"]) if typed["many-rate"] else None
        return {"event": event.name, "params": list(event.params), "count": count, "rate": rate}

    def _number(self, what: str, name: str, text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise SwitchboardError(f"{what}: expected a whole number, found {text!r}")
        number = int(text) if len(text) < 13 else 10**12
        limit = self._limits.get(name)
        if number < 1 or (limit is not None and number > limit):
            upto = " or more" if limit is None else f" to {limit:,} (raise_limit)"
            raise SwitchboardError(f"{what}: expected 1{upto}, found {number:,}")
        return number

    def _say(self, lines: list[Line]) -> None:
        for progress in self.query("#many-progress").results(Lines):  # none, once the dialog is being closed
            if progress.lines != tuple(lines):
                progress.show(lines)


def progress_line(progress: Mapping[str, Any]) -> Line:
    """How far a series is: a bar, figures, and a word."""
    count, raised = progress["count"], progress["raised"]
    filled = BAR_CELLS * raised // max(count, 1)
    word = "raising" if progress["running"] else "all raised" if raised >= count else "stopped"
    why = f": {clean(progress['failure'])}" if progress["failure"] else ""
    bar = Part("▰" * filled + "▱" * (BAR_CELLS - filled), "accent")
    return bar, Part(f"  {clean(progress['event'])} {raised:,} of {count:,}  {word}{why}")


def begun_with(event: Event) -> str:
    """The JSON that the dialog begins with: what `_params` reads as exactly these parameters."""
    text, pairs = json_of(event.params), json.dumps(event.params, ensure_ascii=False)
    try:
        return text if params_in(text) == event.params else pairs
    except EventError:
        return pairs


def _params(text: str) -> Iterable[Param]:
    """Parameters as the form reads them, or, which says all that there can be, as [name, value] pairs.

    Raises:
        EventError: it is neither.
    """
    try:
        pairs = json.loads(text)
    except ValueError:
        return params_in(text)  # which says where it is wrong
    if isinstance(pairs, list) and pairs and all(isinstance(one, list) and len(one) == 2 for one in pairs):
        return [(name, value) for name, value in pairs]
    return params_in(text)
