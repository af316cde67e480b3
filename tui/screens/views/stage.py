"""The policy stage: watch a policy decide, in slow motion, step by step or live, and give its receivers trouble."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from engine.view.snapshot import SubscriptionRow
from tui.keys.actions import bindings_named, bindings_of
from tui.keys.in_force import key_of
from tui.link.protocol import Link
from tui.model.deliveries import Delivery
from tui.model.pump import Pump
from tui.render.stage import Scene
from tui.render.stage_play import Play
from tui.screens.views.base import ViewScreen
from tui.terminal.safe_text import clean
from tui.widgets.footer import ActionBar
from tui.widgets.header import HeaderLine
from tui.widgets.stage import StageView

_TROUBLE_SAID = {
    "none": "is well again",
    "hang": "hangs: it takes what comes and answers nothing",
    "slow": "answers slowly",
}


class StageScreen(ViewScreen):
    """Plays the deliveries of one subscription. The engine goes on at its own pace meanwhile."""

    tab = "show_stage"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("stage"),
        *bindings_named("toggle_receiver", "raise_event"),
        Binding("escape", "show_subscriptions", "Back", show=False),
    ]

    def __init__(self, link: Link, pump: Pump, subscription: str | None = None) -> None:
        super().__init__(link, pump)
        self._subscription = subscription
        self.play = Play()

    def compose(self) -> ComposeResult:
        """Header, picture, footer."""
        yield HeaderLine(self.pump, id="header")
        yield StageView(id="stage")
        yield ActionBar(id="footer")

    def draw(self) -> None:
        """Show the scene as it is now."""
        view, row = self.query_one(StageView), self._row()
        view.is_stale = self.pump.is_stale
        if row is None:
            view.border_title = "Policy stage · there is no subscription"
            view.show(None)
            return
        view.cursor = min(view.cursor, len(row.members) - 1)
        play, delivery = self.play, self.play.delivery
        event = "" if delivery is None else f"{delivery.event.name} {delivery.story.first_seq + delivery.index}"
        view.border_title = self._title(row)
        moves = play.moves[: play.shown]
        view.show(Scene(row, event, moves, play.progress, self.pump.now(), view.cursor))

    def move_on(self) -> None:
        """Move the token on."""
        row = self._row()
        if row is not None:
            self.play.beat(self._deliveries(row), len(row.members))
        self.draw()

    def action_pace(self) -> None:
        """The next pace."""
        self.notify(f"Pace: {self.play.change_pace()}")
        self.draw()

    def action_step(self) -> None:
        """One move on."""
        row = self._row()
        if row is not None and not self.play.step(self._deliveries(row), len(row.members)):
            self.notify(f"No newer event yet; {key_of(self, 'raise_event')} raises one")
        self.draw()

    def action_next_subscription(self) -> None:
        """The subscription after this one."""
        self._go(1)

    def action_previous_subscription(self) -> None:
        """The subscription before this one."""
        self._go(-1)

    @work(group="commands")
    async def action_raise_event(self) -> None:
        """Raise the subscription's event, with the examples that the catalogue has."""
        row = self._row()
        if row is None:
            return
        known = await self.command("catalogue")
        described = [param for info in known or () if info["name"] == row.event for param in info["params"]]
        params = [[param["name"], param["example"]] for param in described]
        if await self.command("raise_event", event=row.event, params=params) is not None:
            self.notify(f"{clean(row.event)} raised", markup=False)

    @work(group="commands")
    async def action_toggle_receiver(self) -> None:
        """Stop or start the receiver behind the member."""
        row = self._row()
        if row is not None:
            await self.turn_receiver(row.id, self.query_one(StageView).cursor)

    def action_slow_receiver(self) -> None:
        """Slow the receiver behind the member, or heal it."""
        self._trouble("toggle:slow")

    def action_hang_receiver(self) -> None:
        """Hang the receiver behind the member, or heal it."""
        self._trouble("toggle:hang")

    @work(group="commands")
    async def _trouble(self, trouble: str) -> None:
        row = self._row()
        if row is None:
            return
        member = self.query_one(StageView).cursor
        answer = await self.command("set_trouble", subscription=row.id, member=member, trouble=trouble)
        if answer is not None:
            self.notify(f"receiver {answer['receiver']} {_TROUBLE_SAID[answer['trouble']]}", markup=False)

    def _title(self, row: SubscriptionRow) -> str:
        timeout = "" if row.failover_timeout is None else f" · failover_timeout {row.failover_timeout:g} s"
        policy = "one subscriber" if row.policy is None else str(row.policy)
        one_in = self.pump.deliveries.one_in
        sampled = f" · 1 event in {one_in} is shown" if one_in > 1 else ""
        return f"Policy stage · {policy} of {clean(row.event)}{timeout} · {self.play.pace}{sampled}"

    def _row(self) -> SubscriptionRow | None:
        """The subscription on the stage; the first one when it is gone."""
        rows = () if self.pump.snapshot is None else self.pump.snapshot.subscriptions
        found = next((row for row in rows if row.id == self._subscription), None)
        if found is None and rows:
            found = rows[0]
            self._subscription = found.id
            self.play.clear()
        return found

    def _go(self, by: int) -> None:
        rows = () if self.pump.snapshot is None else self.pump.snapshot.subscriptions
        row = self._row()
        if row is not None:
            self._subscription = rows[(rows.index(row) + by) % len(rows)].id
            self.play.clear()
            self.draw()

    def _deliveries(self, row: SubscriptionRow) -> list[Delivery]:
        """The newest delivery of the subscription is all that is played."""
        lines = reversed(self.pump.deliveries.lines)
        newest = next((one for one in lines if one.story.subscription == row.id), None)
        return [] if newest is None else [newest]
