"""Copying what is selected, as something that can be used elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from engine.event import Event
from tui.link.answers import ask
from tui.link.protocol import Link
from tui.model.pump import Pump
from tui.render import figures
from tui.render.copies import Copy, Source, of_delivery, of_member, of_subscription
from tui.render.line import Line, Part, shortened
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.widgets.lines import Lines

PREVIEW_LINES = 4


class Copies(NamedTuple):
    """What can be copied; `failure` says why it is nothing, or not more."""

    choices: Sequence[Copy]
    failure: str = ""


class CopyScreen(Sturdy, ModalScreen[Copy | None]):
    """A short menu with a letter an entry; dismissed with the choice, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, choices: Sequence[Copy]) -> None:
        super().__init__()
        self._choices = choices

    def compose(self) -> ComposeResult:
        """The forms, and how the one under the cursor looks."""
        with Vertical(classes="dialog"):
            yield Label("Copy as", classes="form-title")
            yield OptionList(
                *(Option(Content(f"{one.key}  {clean(one.title)}")) for one in self._choices), id="copy-choices"
            )
            yield Lines(id="copy-preview")

    def on_mount(self) -> None:
        """Ready to choose."""
        self.query_one(OptionList).focus()

    def on_key(self, event: events.Key) -> None:
        """A letter chooses at once."""
        for choice in self._choices:
            if event.key == choice.key:
                event.stop()
                self.dismiss(choice)
                return

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, message: OptionList.OptionHighlighted) -> None:
        preview = self.query_one("#copy-preview", Lines)
        preview.show(preview_lines(self._choices[message.option_index], self.query_one(OptionList).size.width))

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[message.option_index])


def preview_lines(choice: Copy, width: int) -> list[Line]:
    """The beginning of what would be copied, always as many lines, and what must be known of it."""
    lines = [shortened(clean(line), max(width, 20)) for line in choice.text.split("\n")[:PREVIEW_LINES]]
    lines += [" "] * (PREVIEW_LINES - len(lines))
    return [*((Part(line, "faint"),) for line in lines), (Part(choice.hint or " ", "warn"),)]


async def copy_as(app: App[Any], copies: Copies) -> None:
    """Ask for a form, and copy."""
    if not copies.choices:
        app.notify(copies.failure or "There is nothing to copy", severity="warning", markup=False)
        return
    choice = await app.push_screen_wait(CopyScreen(copies.choices))
    if choice is not None:
        put(app, choice)


def copy_json(app: App[Any], copies: Copies) -> None:
    """Copy the JSON without asking."""
    choice = next((one for one in copies.choices if one.key == "j"), None)
    if choice is None:
        app.notify(copies.failure or "There is nothing to copy", severity="warning", markup=False)
    else:
        put(app, choice)


def put(app: App[Any], choice: Copy) -> None:
    """Into the clipboard, and say so."""
    # Bytes of an event that were no text travel as surrogates, which no terminal takes.
    app.copy_to_clipboard(choice.text.encode("utf-8", "backslashreplace").decode())
    hint = f"; {choice.hint}" if choice.hint else ""
    app.notify(f"Copied {clean(choice.title)}, {figures.count(len(choice.text))} characters{hint}", markup=False)


async def copies_of(link: Link, pump: Pump, subscription: str, member: int | None, seq: int | None) -> Copies:
    """What can be copied of a delivery where `seq` is given, else of a member, else of the subscription."""
    picture = pump.picture
    rows = () if picture is None else picture.subscriptions
    row = next((one for one in rows if one.id == subscription), None)
    described = await ask(link, "describe_subscription", subscription=subscription)
    configuration = await ask(link, "configuration")
    source = Source(row, described.value, configuration.value, None if picture is None else picture.mi_url)
    if seq is not None:
        told = await ask(link, "inspect_delivery", subscription=subscription, seq=seq)
        return Copies([], told.failure) if told.failure else Copies(of_delivery(source, told.value))
    if row is not None and member is not None and member < len(row.members):
        told = await ask(link, "inspect_member", subscription=subscription, member=member)
        return Copies(of_member(source, row.members[member], told.value, _example(pump, subscription, row.event)))
    return Copies(of_subscription(source), "The subscription has ended")


def _example(pump: Pump, subscription: str, event: str) -> Event:
    """The newest event of the subscription that the feed shows; one without parameters where there is none."""
    lines = reversed(pump.deliveries.lines)
    return next((one.event for one in lines if one.story.subscription == subscription), Event(event))
