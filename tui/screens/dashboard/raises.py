"""What an operator can do about raising events: the form, what it begins with, and what became of what was raised."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual import on, work

from engine.catalogue import catalogue
from engine.errors import EventError
from engine.event import Event
from tui.keys.in_force import key_of
from tui.link.answers import ask
from tui.render.forms import failure_lines
from tui.render.outcomes import outcome_lines
from tui.screens.dashboard.base import DashboardBase
from tui.screens.dialogs.pick_event import PickEventScreen, event_choices
from tui.screens.dialogs.raised_before import RaisedBeforeScreen, SaveTemplateScreen
from tui.terminal.safe_text import clean
from tui.userfiles.raised_book import Kept
from tui.widgets.raise_form import RaiseForm

PREVIEW_PAUSE_S = 0.15
"""The engine is asked for the bytes once nothing was typed for so long."""


class RaisesPart(DashboardBase):
    """Serves the form to raise an event."""

    def action_raise_event(self) -> None:
        """Open the form to raise an event."""
        chosen = self.selected
        self.form.open("" if chosen is None else chosen[0].event)
        self.make_room()

    @work(group="dialogs", exclusive=True)
    async def action_pick_event(self) -> None:
        """Pick an event of the catalogue for the form."""
        snapshot = self.pump.snapshot
        events, rows = ((), ()) if snapshot is None else (snapshot.events, snapshot.subscriptions)
        choices = event_choices(events, {row.event for row in rows}, catalogue())
        name = await self.app.push_screen_wait(PickEventScreen(choices))
        if name is not None:
            self.form.pick(name)
            self.make_room()

    @work(group="dialogs", exclusive=True)
    async def action_raised_before(self) -> None:
        """Take an event of the history, or a template, for the form."""
        kept = await asyncio.to_thread(self.book.load)
        self._tell_trouble()
        event = await self.app.push_screen_wait(RaisedBeforeScreen(self.book, kept))
        self._tell_trouble()
        if event is not None:
            await self.fill_form(event)

    @work(group="dialogs", exclusive=True)
    async def action_save_template(self) -> None:
        """Ask for a name, and keep what stands in the form as a template."""
        if not self.form.display:
            opens = key_of(self, "raise_event")
            self.notify(f"Open the form first ({opens}); what stands in it becomes the template", severity="warning")
            return
        try:
            event = self.form.event()
        except EventError as error:
            self.notify(clean(str(error)), title="Not saved", severity="error", markup=False)
            return
        kept = await asyncio.to_thread(self.book.load)
        name = await self.app.push_screen_wait(SaveTemplateScreen(event, kept))
        if name is not None and await self._change_book(lambda before: before.with_template(name, event)):
            self.notify(f"Saved as template {clean(name)}; {key_of(self, 'raised_before')} shows it", markup=False)

    async def action_params_as_json(self) -> None:
        """Show the form's parameters as JSON, or in fields again."""
        if not self.form.display:
            self.action_raise_event()
        try:
            await self.form.turn_json()
        except EventError as error:
            self.notify(clean(str(error)), title="Still as JSON", severity="error", markup=False)

    async def remember(self, event: Event) -> None:
        """Put an event that was raised into the history."""
        await self._change_book(lambda before: before.with_raised(event))

    def show_news(self) -> None:
        """Hand the form what it shows, too."""
        super().show_news()
        self._show_results()

    def _show_results(self) -> None:
        """Show who hears the event, and what became of the events that were raised here."""
        form, picture = self.form, self.pump.picture
        if not form.display or picture is None:
            return
        own = list(reversed(self.pump.deliveries.own))
        by_id = {row.id: row for row in picture.subscriptions}
        with form.surviving():
            form.show_world(picture.subscriptions, picture.events)
            form.show_results(outcome_lines(own, by_id, self.pump.wall_offset, *form.room))

    @on(RaiseForm.Raised)
    @work(group="commands")
    async def _raise(self, message: RaiseForm.Raised) -> None:
        event = message.event
        answer = await self.command("raise_event", event=event.name, params=list(event.params))
        if answer is not None:
            heard = answer["subscriptions"]
            text = f"{event.name} raised; {heard} subscription{'' if heard == 1 else 's'} heard it"
            self.notify(clean(text), severity="information" if heard else "warning", markup=False)
            await self.remember(event)

    @on(RaiseForm.Drafted)
    @work(group="preview", exclusive=True)
    async def _preview(self, message: RaiseForm.Drafted) -> None:
        form, event = self.form, message.event
        if event is None:
            form.show_members(None)
            return
        await asyncio.sleep(PREVIEW_PAUSE_S)
        answer = await ask(self.link, "preview_event", event=event.name, params=list(event.params))
        form.show_members(answer.value, failure_lines(answer.failure) if answer.failure else ())

    @on(RaiseForm.Closed)
    def _form_closed(self) -> None:
        self.remove_class("has-form")
        self.subscriptions.focus()

    async def _change_book(self, alter: Callable[[Kept], Kept]) -> bool:
        """Change history or templates; whether it was done. What goes wrong is told."""
        try:
            await asyncio.to_thread(self.book.change, alter)
        except EventError as error:
            self.notify(clean(str(error)), title="Not saved", severity="error", markup=False)
            return False
        self._tell_trouble()
        return True

    def _tell_trouble(self) -> None:
        trouble = self.book.take_trouble()
        if trouble:
            self.notify(clean(trouble), title="History and templates", severity="warning", timeout=20, markup=False)
