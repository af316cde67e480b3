"""What an operator can do about raising events: the form, what it begins with, and what became of what was raised."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from textual import on, work

from engine.catalogue import catalogue
from engine.errors import EventError
from engine.event import Event
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.keys.in_force import key_of
from tui.link.answers import ask
from tui.render.forms import failure_lines
from tui.render.outcomes import outcome_lines
from tui.screens.dashboard.inspecting import InspectingScreen
from tui.screens.dialogs.pick_event import PickEventScreen, event_choices
from tui.screens.dialogs.raised_before import RaisedBeforeScreen, SaveTemplateScreen
from tui.terminal.safe_text import clean
from tui.userfiles.raised_book import Kept, RaisedBook
from tui.widgets.raise_form import RaiseForm
from tui.widgets.subscriptions import SubscriptionsView

PREVIEW_PAUSE_S = 0.15
"""The engine is asked for the bytes once nothing was typed for so long."""


class RaisingScreen(InspectingScreen):
    """The part of the dashboard that raises events."""

    _book: RaisedBook

    @abstractmethod
    async def _command(self, name: str, **parameters: Any) -> Any:
        """Carry out a command; None, and a toast that says why, when it was refused or nobody answered."""

    @abstractmethod
    def _selected(self) -> tuple[SubscriptionRow, MemberRow | None] | None:
        """What the cursor is on."""

    def action_raise_event(self) -> None:
        """Open the form to raise an event."""
        chosen = self._selected()
        self._form.open("" if chosen is None else chosen[0].event)
        self._make_room()

    @work(group="dialogs", exclusive=True)
    async def action_pick_event(self) -> None:
        """Pick an event of the catalogue for the form."""
        snapshot = self._pump.snapshot
        events, rows = ((), ()) if snapshot is None else (snapshot.events, snapshot.subscriptions)
        choices = event_choices(events, {row.event for row in rows}, catalogue())
        name = await self.app.push_screen_wait(PickEventScreen(choices))
        if name is not None:
            self._form.pick(name)
            self._make_room()

    @work(group="dialogs", exclusive=True)
    async def action_raised_before(self) -> None:
        """Take an event of the history, or a template, for the form."""
        kept = await asyncio.to_thread(self._book.load)
        self._tell_trouble()
        event = await self.app.push_screen_wait(RaisedBeforeScreen(self._book, kept))
        self._tell_trouble()
        if event is not None:
            await self._form.fill(event)
            self._make_room()

    @work(group="dialogs", exclusive=True)
    async def action_save_template(self) -> None:
        """Ask for a name, and keep what stands in the form as a template."""
        if not self._form.display:
            opens = key_of(self, "raise_event")
            self.notify(f"Open the form first ({opens}); what stands in it becomes the template", severity="warning")
            return
        try:
            event = self._form.event()
        except EventError as error:
            self.notify(clean(str(error)), title="Not saved", severity="error", markup=False)
            return
        kept = await asyncio.to_thread(self._book.load)
        name = await self.app.push_screen_wait(SaveTemplateScreen(event, kept))
        if name is not None and await self._change_book(lambda before: before.with_template(name, event)):
            self.notify(f"Saved as template {clean(name)}; {key_of(self, 'raised_before')} shows it", markup=False)

    async def action_params_as_json(self) -> None:
        """Show the form's parameters as JSON, or in fields again."""
        if not self._form.display:
            self.action_raise_event()
        try:
            await self._form.turn_json()
        except EventError as error:
            self.notify(clean(str(error)), title="Still as JSON", severity="error", markup=False)

    async def remember(self, event: Event) -> None:
        """Put an event that was raised into the history."""
        await self._change_book(lambda before: before.with_raised(event))

    def show_results(self, rows: tuple[SubscriptionRow, ...]) -> None:
        """Show what became of the events that were raised here."""
        own = list(reversed(self._pump.deliveries.own))
        by_id = {row.id: row for row in rows}
        width, height = self._form.room
        self._form.show_results(outcome_lines(own, by_id, self._pump.wall_offset, width, height))

    @on(RaiseForm.Raised)
    @work(group="commands")
    async def _raise(self, message: RaiseForm.Raised) -> None:
        event = message.event
        answer = await self._command("raise_event", event=event.name, params=list(event.params))
        if answer is not None:
            heard = answer["subscriptions"]
            text = f"{event.name} raised; {heard} subscription{'' if heard == 1 else 's'} heard it"
            self.notify(clean(text), severity="information" if heard else "warning", markup=False)
            await self.remember(event)

    @on(RaiseForm.Drafted)
    @work(group="preview", exclusive=True)
    async def _preview(self, message: RaiseForm.Drafted) -> None:
        form, event = self._form, message.event
        if event is None:
            form.show_members(None)
            return
        await asyncio.sleep(PREVIEW_PAUSE_S)
        answer = await ask(self._link, "preview_event", event=event.name, params=list(event.params))
        form.show_members(answer.value, failure_lines(answer.failure) if answer.failure else ())

    @on(RaiseForm.Closed)
    def _form_closed(self) -> None:
        self.remove_class("has-form")
        self.query_one(SubscriptionsView).focus()

    def _make_room(self) -> None:
        self.add_class("has-form")
        self.show_news()

    async def _change_book(self, alter: Callable[[Kept], Kept]) -> bool:
        """Change history or templates; whether it was done. What goes wrong is told."""
        try:
            await asyncio.to_thread(self._book.change, alter)
        except EventError as error:
            self.notify(clean(str(error)), title="Not saved", severity="error", markup=False)
            return False
        self._tell_trouble()
        return True

    def _tell_trouble(self) -> None:
        trouble = self._book.take_trouble()
        if trouble:
            self.notify(clean(trouble), title="History and templates", severity="warning", timeout=20, markup=False)

    @property
    def _form(self) -> RaiseForm:
        return self.query_one(RaiseForm)
