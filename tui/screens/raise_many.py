"""Raising one event many times, at once or at a rate, with progress and a stop."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from engine.errors import SwitchboardError
from tui.link import Link
from tui.render.line import Line, Part, clean
from tui.screens.asking import ask
from tui.surviving import Sturdy
from tui.widgets.lines import Lines

BAR_CELLS = 40

FIELDS = (
    ("many-event", "Event"),
    ("many-params", 'Parameters, as JSON: {"ip": "192.0.2.66"} or a list'),
    ("many-count", "Times"),
    ("many-rate", "A second (empty is as fast as it goes)"),
)


class RaiseManyScreen(Sturdy, ModalScreen[None]):
    """Starts a series, shows how far it is at each beat of the console, and stops it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    DEFAULT_CSS = """
    RaiseManyScreen Input { border: none; height: 1; padding: 0 1; background: $panel; }
    RaiseManyScreen Input:focus { background: $primary-muted; }
    RaiseManyScreen #many-progress { margin-top: 1; }
    """

    def __init__(self, link: Link, event: str, params: str) -> None:
        super().__init__()
        self._link = link
        self._begin = {"many-event": event, "many-params": params, "many-count": "100"}

    def compose(self) -> ComposeResult:
        """The fields, progress, buttons."""
        with Vertical(classes="dialog"):
            yield Label("Raise many times", classes="form-title")
            for name, title in FIELDS:
                yield Label(title, classes="form-label", markup=False)
                yield Input(self._begin.get(name, ""), id=name)
            yield Lines(id="many-progress")
            with Horizontal(classes="form-buttons"):
                yield Button("Raise ⏎", id="many-start", variant="primary")
                yield Button("Stop", id="many-stop", variant="error")
                yield Button("Back esc", id="many-back")

    def on_mount(self) -> None:
        """Begin at the number; a series that runs already is shown."""
        self.query_one("#many-count").focus()
        self.beat()

    @work(exclusive=True, group="progress")
    async def beat(self) -> None:
        """The console's timer beats: ask how far it is."""
        answer = await ask(self._link, "series_progress")
        if answer.failure:
            self._say(answer.failure_lines)
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
        else:
            self._say([progress_line(answer.value)])

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
        try:
            params = json.loads(typed["many-params"] or "{}")
        except ValueError as error:
            raise SwitchboardError(f"parameters: expected JSON: {error}") from None
        wanted = {"event": typed["many-event"], "params": params, "count": _number("times", typed["many-count"])}
        return wanted | {"rate": _number("a second", typed["many-rate"]) if typed["many-rate"] else None}

    def _say(self, lines: list[Line]) -> None:
        progress = self.query_one("#many-progress", Lines)
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


def _number(what: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise SwitchboardError(f"{what}: expected a whole number, found {text!r}")
    return int(text)
