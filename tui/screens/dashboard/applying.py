"""What applies to what is selected: the footer shows the rest faint, and its keys say why they do nothing."""

from __future__ import annotations

from textual import on, work

from engine.view.snapshot import SubscriptionRow
from tui.link.answers import ask
from tui.screens.dashboard.inspecting import InspectingScreen
from tui.widgets.feed import FeedView
from tui.widgets.subscriptions import SubscriptionsView

_ON_MEMBERS = {"toggle_pause", "toggle_receiver", "test_member"}
_ON_SUBSCRIPTIONS = {"remove_subscription", "edit_subscription", "pin"}


class ApplyingScreen(InspectingScreen):
    """The part of the dashboard that knows which actions apply."""

    _receivers: frozenset[tuple[str, int]] | None = None
    """Members with one of the lab's receivers behind them; None while that is not known."""
    _asked_for: tuple[tuple[str, int], ...] = ()
    _applied: tuple[str, ...] = ()

    @property
    def tab(self) -> str:
        """The action that leads to what is shown."""
        return "show_feed" if self.query_one(FeedView).has_focus else "show_subscriptions"

    def reason_against(self, action: str) -> str:
        """Why an action does not apply to what is selected; empty when it does."""
        if action in _ON_SUBSCRIPTIONS and self.query_one(SubscriptionsView).selected is None:
            return "Select a subscription first (↑ ↓)"
        if action not in _ON_MEMBERS:
            return ""
        place = self._place_of_member()
        if place is None:
            return "Select a member first (↑ ↓)"
        if action == "toggle_receiver" and self._receivers is not None and place not in self._receivers:
            return "No receiver of the lab is behind this member, so it is left alone"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action applies; None where it does not."""
        if self.is_mounted and self.reason_against(action):
            return None
        return super().check_action(action, parameters)

    def note_applying(self, rows: tuple[SubscriptionRow, ...]) -> None:
        """Have the footer show what applies now."""
        members = tuple((row.id, len(row.members)) for row in rows)
        if members != self._asked_for:
            self._asked_for = members
            self._ask_receivers()
        reasons = tuple(self.reason_against(action) for action in sorted(_ON_MEMBERS | _ON_SUBSCRIPTIONS))
        if reasons != self._applied:
            self._applied = reasons
            self.refresh_bindings()

    @on(SubscriptionsView.Selected)
    def _other_selection(self) -> None:
        self.note_applying(() if self.sources[1].picture is None else self.sources[1].picture.subscriptions)

    @work(group="receivers", exclusive=True)
    async def _ask_receivers(self) -> None:
        answer = await ask(self.sources[0], "lab_receivers")
        if not answer.failure:
            self._receivers = frozenset((one["subscription"], one["member"]) for one in answer.value)

    def _place_of_member(self) -> tuple[str, int] | None:
        """The selected member, or a plain subscription's only one."""
        chosen = self.query_one(SubscriptionsView).selected
        if chosen is None:
            return None
        row, member = chosen
        if member is None and len(row.members) == 1:
            member = row.members[0]
        return None if member is None else (row.id, member.index)
