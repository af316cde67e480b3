"""What every part of the dashboard stands on: the link, the pump, what is selected, and the news for the widgets."""

from __future__ import annotations

from textual.screen import Screen

from engine.commands.registry import COMMANDS
from engine.event import Event
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.bundle.link import RecordedLink
from tui.link.protocol import Link
from tui.model.pump import Pump
from tui.render.dashboard import arrangement_title, choice_title, feed_title, subscriptions_title
from tui.screens.live import LiveScreen
from tui.userfiles.raised_book import RaisedBook
from tui.widgets.feed import FeedView
from tui.widgets.header import HeaderLine
from tui.widgets.raise_form import RaiseForm
from tui.widgets.subscriptions import SubscriptionsView


class DashboardBase(LiveScreen):
    """The parts inherit this and nothing else, and never call each other. Some add to `show_news`."""

    def __init__(self, link: Link, pump: Pump, book: RaisedBook, recorded: RecordedLink | None = None) -> None:
        super().__init__(link, pump)
        self.book = book
        self.recorded = recorded
        """The recording that is shown, where it is one."""

    @property
    def subscriptions(self) -> SubscriptionsView:
        """The upper view."""
        return self.query_one(SubscriptionsView)

    @property
    def feed(self) -> FeedView:
        """The lower view, or the one beside it."""
        return self.query_one(FeedView)

    @property
    def form(self) -> RaiseForm:
        """The form to raise an event, open or not."""
        return self.query_one(RaiseForm)

    @property
    def selected(self) -> tuple[SubscriptionRow, MemberRow | None] | None:
        """What the cursor is on; the member is None on a subscription's own line."""
        return self.subscriptions.selected

    @property
    def selected_member(self) -> tuple[SubscriptionRow, MemberRow] | None:
        """The member under the cursor, or a plain subscription's only one."""
        if self.selected is None:
            return None
        row, member = self.selected
        if member is None and len(row.members) == 1:
            member = row.members[0]
        return None if member is None else (row, member)

    async def is_agreed(self, command: str, question: Screen[bool]) -> bool:
        """Whether a command may be carried out: a person is asked where the command is declared to ask."""
        if not COMMANDS[command].asks:
            return True
        agreed: bool = await self.app.push_screen_wait(question)
        return agreed

    def say_nothing_selected(self, what: str) -> None:
        """Tell that a subscription or a member is to be selected first."""
        self.notify(select_first(what), severity="warning")

    def move_on(self) -> None:
        """Move the countdowns on."""
        self.subscriptions.repaint()

    async def show_answer(self) -> None:
        """Hand out what the engine answered."""
        with self.timed():
            self.show_news()

    def show_news(self) -> None:
        """Hand the views what they show."""
        header, pump, snapshot = self.query_one(HeaderLine), self.pump, self.pump.picture
        subscriptions, feed = self.subscriptions, self.feed
        subscriptions.is_stale = feed.is_stale = pump.is_stale
        with header.surviving():
            header.show()
        if snapshot is None:
            return
        rows = snapshot.subscriptions
        with subscriptions.surviving():
            subscriptions.show(rows, pump.rates.by_id, pump.wall_offset)
        with feed.surviving():
            feed.show(pump.deliveries, rows, pump.wall_offset, pump.picture_now())
        self._show_titles(rows)

    async def fill_form(self, event: Event) -> None:
        """Open the form to raise an event with this one in it."""
        await self.form.fill(event)
        self.make_room()

    def make_room(self) -> None:
        """Have the form stand beside the views."""
        self.add_class("has-form")
        self.show_news()

    def _show_titles(self, rows: tuple[SubscriptionRow, ...]) -> None:
        pump, subscriptions, feed = self.pump, self.subscriptions, self.feed
        members = sum(len(row.members) for row in rows)
        arrangement = arrangement_title(subscriptions.arrangement, subscriptions.shown_members, members)
        _entitle(subscriptions, subscriptions_title(rows, pump.picture_now()) + arrangement)
        live = "live" if self.recorded is None else "recorded"
        rate = pump.trends.rate("accepted")
        title = feed_title(rate, pump.deliveries, feed.unseen, is_running=feed.is_running, live=live)
        _entitle(feed, title + choice_title(feed.choice, rows))


def select_first(what: str) -> str:
    """What is said when an action has nothing to act on."""
    return f"Select a {what} first (↑ ↓)"


def _entitle(view: SubscriptionsView | FeedView, title: str) -> None:
    if view.border_title != title:
        view.border_title = title
