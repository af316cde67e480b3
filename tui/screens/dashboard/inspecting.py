"""What an operator can do to look closer: open a member or a delivery, raise an event again from there, and copy."""

from __future__ import annotations

from abc import abstractmethod

from textual import work

from engine.event import Event
from tui.link.protocol import Link
from tui.model.pump import Pump
from tui.screens.dashboard.arranging import ArrangingScreen
from tui.screens.dialogs.copy import Copies, copies_of, copy_as, copy_json
from tui.screens.dialogs.raise_many import RaiseManyScreen
from tui.screens.views.help import HelpScreen
from tui.screens.views.inspector import InspectorScreen, Subject
from tui.widgets.feed import FeedView
from tui.widgets.raise_form import RaiseForm
from tui.widgets.subscriptions import SubscriptionsView


class InspectingScreen(ArrangingScreen):
    """The part of the dashboard that opens what is selected."""

    @property
    @abstractmethod
    def sources(self) -> tuple[Link, Pump]:
        """Where what is shown comes from."""

    def action_open(self) -> None:
        """Inspect the delivery or member under the cursor; fold or unfold a subscription."""
        subject = self._subject()
        if subject is not None:
            self._inspect(subject)
        elif not self.query_one(FeedView).has_focus:
            self.query_one(SubscriptionsView).fold()
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
            return await copies_of(*self.sources, subject.subscription, subject.member, subject.seq)
        chosen = self.query_one(SubscriptionsView).selected
        if chosen is None or self.query_one(FeedView).has_focus:
            return Copies([], "Select a subscription, a member or a delivery first")
        return await copies_of(*self.sources, chosen[0].id, None, None)

    def pass_on_beat(self) -> None:
        """The timer beats while the dashboard is covered: what covers it may want to ask."""
        shown = self.app.screen
        if isinstance(shown, HelpScreen | InspectorScreen | RaiseManyScreen):
            shown.beat()

    def _subject(self) -> Subject | None:
        feed = self.query_one(FeedView)
        if feed.has_focus:
            delivery = feed.selected
            if delivery is None:
                return None
            story = delivery.story
            return Subject(story.subscription, seq=story.first_seq + delivery.index)
        chosen = self.query_one(SubscriptionsView).selected
        if chosen is None or chosen[1] is None:
            return None
        return Subject(chosen[0].id, chosen[1].index)

    @work(group="dialogs", exclusive=True)
    async def _inspect(self, subject: Subject) -> None:
        event = await self.app.push_screen_wait(InspectorScreen(*self.sources, subject))
        if event is not None:
            await self._raise_again(event)

    async def _raise_again(self, event: Event) -> None:
        self.add_class("has-form")
        await self.query_one(RaiseForm).fill(event)
        self.show_news()
