"""The dashboard: header, subscriptions, feed, and the form to raise an event beside them."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from engine.errors import SwitchboardError
from engine.health import State
from engine.view.snapshot import EngineSnapshot, MemberRow, SubscriptionRow
from tui.bundle.link import RecordedLink
from tui.keys.actions import dashboard_bindings
from tui.keys.in_force import key_of
from tui.link.guarded import GuardedLink
from tui.link.protocol import Link
from tui.model.pump import BEAT_S, Pump
from tui.render import figures
from tui.render.dashboard import arrangement_title, choice_title, feed_title, frozen_badge, removal, subscriptions_title
from tui.render.difference import save_note
from tui.screens.dashboard.applying import ApplyingScreen
from tui.screens.dashboard.raising import RaisingScreen
from tui.screens.dashboard.travelling import TravellingScreen
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.difference import DifferenceScreen
from tui.screens.dialogs.probe import ProbeScreen
from tui.screens.forms.add_subscription import AddSubscriptionScreen
from tui.screens.forms.edit_subscription import EditSubscriptionScreen
from tui.terminal.safe_text import clean
from tui.userfiles.raised_book import RaisedBook
from tui.widgets.feed import FeedView
from tui.widgets.filter_bar import FilterBar
from tui.widgets.footer import ActionBar
from tui.widgets.header import HeaderLine
from tui.widgets.raise_form import RaiseForm
from tui.widgets.subscriptions import Place, SubscriptionsView
from tui.widgets.timeline import TimelineView


class DashboardScreen(ApplyingScreen, RaisingScreen, TravellingScreen):
    """What an operator looks at all day. Everything shown comes from the pump; everything done goes over the link."""

    BINDINGS: ClassVar[list[BindingType]] = [*dashboard_bindings()]

    def __init__(self, link: GuardedLink, pump: Pump, book: RaisedBook, recorded: RecordedLink | None = None) -> None:
        super().__init__()
        self.recorded = recorded
        self._link = link
        self._pump = pump
        self._book = book
        self._is_covered = False

    def compose(self) -> ComposeResult:
        """Header, the two views and the form, footer."""
        yield HeaderLine(self._pump, self._badges, id="header")
        with Horizontal(id="body"):
            with Vertical(id="views"):
                yield SubscriptionsView(self._pump.picture_now, id="subscriptions")
                yield FeedView(id="feed")
                yield FilterBar(id="filter")
            yield RaiseForm(id="raise")
        if self.recorded is not None:
            yield TimelineView(self.recorded, id="timeline")
        yield ActionBar(id="footer")

    def on_mount(self) -> None:
        """Start the one timer of the console."""
        self.query_one("#raise").display = self.query_one("#filter").display = False
        self.query_one(SubscriptionsView).focus()
        self.set_interval(BEAT_S, self._beat, name="pump")
        self.arrive()
        self._ask()

    def _badges(self) -> tuple[str, ...]:
        """What the header says of the dashboard itself."""
        return frozen_badge(self._pump)

    @property
    def sources(self) -> tuple[Link, Pump]:
        """Where what is shown comes from."""
        return self._link, self._pump

    def on_screen_suspend(self) -> None:
        """A covered screen neither asks nor draws."""
        self._is_covered = True

    def on_screen_resume(self) -> None:
        """Ask at once for what was missed."""
        self._is_covered = False
        self._ask()

    def _beat(self) -> None:
        if self._is_covered:
            self.pass_on_beat()
            return
        if self._pump.beat():
            self._ask()
        header, subscriptions = self.query_one(HeaderLine), self.query_one(SubscriptionsView)
        with header.surviving():
            header.show()
        with subscriptions.surviving(heals=False):
            subscriptions.repaint()

    def ask_now(self) -> None:
        """Ask for the picture, and show it."""
        self._ask()

    @work(group="pump")
    async def _ask(self) -> None:
        await self._pump.ask()
        if not self.query(HeaderLine):
            return  # the console ended while the engine answered
        started = self._pump.clock()
        self.show_news()
        self.call_after_refresh(lambda: self._pump.note_frame(self._pump.clock() - started))

    def show_news(self) -> None:
        """Hand each widget what it shows."""
        pump, snapshot = self._pump, self._pump.picture
        subscriptions, feed = self.query_one(SubscriptionsView), self.query_one(FeedView)
        subscriptions.is_stale = feed.is_stale = pump.is_stale
        header = self.query_one(HeaderLine)
        with header.surviving():
            header.show()
        if snapshot is None:
            return
        rows = snapshot.subscriptions
        with subscriptions.surviving():
            subscriptions.show(rows, pump.rates.by_id, pump.wall_offset)
        with feed.surviving():
            feed.show(pump.deliveries, rows, pump.wall_offset, pump.picture_now())
        self.note_applying(rows)
        members = sum(len(row.members) for row in rows)
        arrangement = arrangement_title(subscriptions.arrangement, subscriptions.shown_members, members)
        _entitle(subscriptions, subscriptions_title(rows, pump.picture_now()) + arrangement)
        rate = pump.trends.rate("accepted")
        live = "live" if self.recorded is None else "recorded"
        title = feed_title(rate, pump.deliveries, feed.unseen, is_running=feed.is_running, live=live)
        _entitle(feed, title + choice_title(feed.choice, rows))
        form = self.query_one(RaiseForm)
        if form.display:
            with form.surviving():
                form.show_world(rows, snapshot.events)
                self.show_results(rows)

    # What an operator can do; the table in `tui.keys.actions` says how each is called.

    @work(group="dialogs", exclusive=True)
    async def action_add_subscription(self) -> None:
        """Open the form to add a subscription."""
        snapshot, chosen = self._pump.snapshot, self._selected()
        events = () if snapshot is None else snapshot.events
        event = "" if chosen is None else chosen[0].event
        form = AddSubscriptionScreen(self._link, events, event, _sockets(snapshot))
        added = await self.app.push_screen_wait(form)
        if added is not None:
            self.notify(f"Subscribed: {added}", markup=False)
            await self._pump.ask()
            self.show_news()
            self.query_one(SubscriptionsView).select(Place(added, None))

    @work(group="dialogs", exclusive=True)
    async def action_remove_subscription(self) -> None:
        """Ask, and end the selected subscription."""
        chosen = self._selected()
        if chosen is None:
            self._nothing("subscription")
            return
        row = chosen[0]
        question = ConfirmScreen(f"Remove {clean(row.event)}?", removal(row), "Remove")
        if not await self.app.push_screen_wait(question):
            return
        if await self._command("unsubscribe", subscription=row.id) is not None:
            self.notify(f"{clean(row.event)}: subscription removed", markup=False)

    @work(group="dialogs", exclusive=True)
    async def action_edit_subscription(self) -> None:
        """Open the form to change the selected subscription."""
        chosen, snapshot = self._selected(), self._pump.snapshot
        if chosen is None or snapshot is None:
            self._nothing("subscription")
            return
        described = await self._command("describe_subscription", subscription=chosen[0].id)
        if described is None:
            return
        if await self.app.push_screen_wait(EditSubscriptionScreen(self._link, described, _sockets(snapshot))):
            undo = key_of(self, "undo_change")
            self.notify(f"{clean(described.event)}: subscription changed; {undo} takes it back", markup=False)
            self._ask()

    @work(group="dialogs", exclusive=True)
    async def action_undo_change(self) -> None:
        """Show what the last change was, ask, and take it back."""
        last = await self._command("last_change")
        if last is None:
            return
        if not last["left"]:
            self.notify("No subscription was changed by hand since the start", severity="warning")
            return
        question = f"Undo: subscription to {clean(last['event'])} {last['was']} {figures.span(last['age_s'])} ago"
        if not await self.app.push_screen_wait(DifferenceScreen(question, last["diff"], "Undo")):
            return
        if await self._command("undo_change") is not None:
            self.notify(f"{clean(last['event'])}: taken back", markup=False)

    @work(group="dialogs", exclusive=True)
    async def action_save(self) -> None:
        """Show how the configuration file would change, ask, and save it."""
        preview = await self._command("preview_save")
        if preview is None:
            return
        if not preview["is_changed"]:
            self.notify("The file says what runs already; nothing was changed by hand", severity="warning")
            return
        question = DifferenceScreen(f"Write {clean(preview['file'])}?", preview["diff"], "Write", save_note(preview))
        if not await self.app.push_screen_wait(question):
            return
        saved = await self._command("save_subscriptions", digest=preview["digest"])
        if saved is not None:
            self.notify(f"{clean(saved['file'])} written; as it was it is kept as {clean(saved['copy'])}", markup=False)

    @work(group="commands")
    async def action_toggle_pause(self) -> None:
        """Pause or resume the selected member."""
        chosen = self._selected_member()
        if chosen is None:
            return
        row, member = chosen
        is_paused = member.state is State.PAUSED
        command = "resume_member" if is_paused else "pause_member"
        if await self._command(command, subscription=row.id, member=member.index) is not None:
            self.notify(
                f"{member.index + 1} {clean(member.socket)} {'resumed' if is_paused else 'paused'}", markup=False
            )

    @work(group="commands")
    async def action_toggle_receiver(self) -> None:
        """Stop or start the lab's receiver behind the selected member."""
        chosen = self._selected_member()
        if chosen is None:
            return
        row, member = chosen
        answer = await self._command("toggle_receiver", subscription=row.id, member=member.index)
        if answer is not None:
            self.notify(
                f"receiver {answer['receiver']} {'runs again' if answer['running'] else 'stopped'}", markup=False
            )

    def action_test_member(self) -> None:
        """Open the test of the selected member."""
        chosen = self._selected_member()
        if chosen is not None:
            self.app.push_screen(ProbeScreen(self._link, *chosen))

    @work(group="commands")
    async def action_reopen_files(self) -> None:
        """Reopen all flat files."""
        answer = await self._command("reopen_files")
        if answer is not None:
            self.notify(f"{answer['files']} files reopened", markup=False)

    def action_next_problem(self) -> None:
        """Go to the next member that is out."""
        if not self.query_one(SubscriptionsView).next_problem():
            self.notify("Every member is well")

    def action_previous_problem(self) -> None:
        """Go to the member before that is out."""
        if not self.query_one(SubscriptionsView).next_problem(-1):
            self.notify("Every member is well")

    def action_show_subscriptions(self) -> None:
        """Go to the subscriptions."""
        self.remove_class("show-feed")
        self.query_one(SubscriptionsView).focus()

    def action_show_feed(self) -> None:
        """Go to the feed, or back from it."""
        feed = self.query_one(FeedView)
        if feed.has_focus:
            self.action_show_subscriptions()
            return
        self.show_feed()

    def show_feed(self) -> None:
        """Go to the feed."""
        self.add_class("show-feed")
        self.query_one(FeedView).focus()

    def action_toggle_freeze(self) -> None:
        """Freeze the whole picture or let it go on."""
        if self.recorded is not None:
            self.notify("A recording stands still; , and . look at another moment", severity="warning")
            return
        feed = self.query_one(FeedView)
        self._pump.turn_frozen()
        feed.is_frozen = self._pump.is_frozen
        if not feed.is_frozen:
            feed.show_newest()
        frozen = f"Frozen: the engine goes on; {key_of(self, 'toggle_freeze')} unfreezes"
        self.notify(frozen if feed.is_frozen else "Live again")
        self.show_news()

    async def _command(self, name: str, **parameters: Any) -> Any:
        """Carry out a command; None, and a toast that says why, when it was refused or nobody answered."""
        try:
            answer = await self._link.command(name, **parameters)
        except SwitchboardError as error:
            self.notify(clean(str(error)), title="Refused", severity="error", markup=False)
            return None
        except Exception as error:  # noqa: BLE001 - a foreign failure of the link is shown, and must not end the console
            text = clean(str(error)) or type(error).__name__
            self.notify(text, title="No answer from the engine", severity="error", markup=False)
            return None
        self._ask()
        return answer

    def _selected(self) -> tuple[SubscriptionRow, MemberRow | None] | None:
        return self.query_one(SubscriptionsView).selected

    def _selected_member(self) -> tuple[SubscriptionRow, MemberRow] | None:
        """The member under the cursor, or a plain subscription's only one. Says so when there is none."""
        chosen = self._selected()
        if chosen is not None:
            row, member = chosen
            if member is None and len(row.members) == 1:
                member = row.members[0]
            if member is not None:
                return row, member
        self._nothing("member")
        return None

    def _nothing(self, what: str) -> None:
        self.notify(f"Select a {what} first (↑ ↓)", severity="warning")


def _sockets(snapshot: EngineSnapshot | None) -> list[str]:
    """The members' sockets in use, to complete what is typed."""
    return sorted({member.socket for row in (snapshot.subscriptions if snapshot else ()) for member in row.members})


def _entitle(view: SubscriptionsView | FeedView, title: str) -> None:
    if view.border_title != title:
        view.border_title = title
