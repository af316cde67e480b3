"""What an operator can do to look closer: open a member or a delivery, raise an event again from there, and copy."""

from __future__ import annotations

from textual import work

from tui.screens.dashboard.base import DashboardBase
from tui.screens.dialogs.copy import Copies, copies_of, copy_as, copy_json
from tui.screens.views.inspector import InspectorScreen, Subject


class InspectionPart(DashboardBase):
    """Opens and copies what is selected."""

    def action_open(self) -> None:
        """Inspect the delivery or member under the cursor; fold or unfold a subscription."""
        subject = self._subject()
        if subject is not None:
            self._inspect(subject)
        elif not self.feed.has_focus:
            self.subscriptions.fold()
        else:
            self.notify("There is no delivery yet", severity="warning")

    @work(group="dialogs", exclusive=True)
    async def action_copy(self) -> None:
        """Choose a form of what is selected, and copy it."""
        await copy_as(self.app, await self._copies())

    @work(group="commands")
    async def action_copy_json(self) -> None:
        """Copy what is selected as JSON."""
        copy_json(self.app, await self._copies())

    async def _copies(self) -> Copies:
        subject = self._subject()
        if subject is not None:
            return await copies_of(self.link, self.pump, subject.subscription, subject.member, subject.seq)
        chosen = self.selected
        if chosen is None or self.feed.has_focus:
            return Copies([], "Select a subscription, a member or a delivery first")
        return await copies_of(self.link, self.pump, chosen[0].id, None, None)

    def _subject(self) -> Subject | None:
        if self.feed.has_focus:
            delivery = self.feed.selected
            if delivery is None:
                return None
            story = delivery.story
            return Subject(story.subscription, seq=story.first_seq + delivery.index)
        chosen = self.selected
        if chosen is None or chosen[1] is None:
            return None
        return Subject(chosen[0].id, chosen[1].index)

    @work(group="dialogs", exclusive=True)
    async def _inspect(self, subject: Subject) -> None:
        event = await self.app.push_screen_wait(InspectorScreen(self.link, self.pump, subject))
        if event is not None:
            await self.fill_form(event)
