"""What applies to what is selected: the footer shows the rest faint, and its keys say why they do nothing."""

from __future__ import annotations

from textual import on, work

from tui.link.answers import ask
from tui.screens.dashboard.base import DashboardBase, select_first
from tui.widgets.subscriptions import SubscriptionsView

_ON_MEMBERS = {"toggle_pause", "toggle_receiver", "test_member"}
_ON_SUBSCRIPTIONS = {"remove_subscription", "edit_subscription", "pin"}


class ApplicabilityPart(DashboardBase):
    """Knows which actions apply."""

    _receivers: frozenset[tuple[str, int]] | None = None
    """Members with one of the lab's receivers behind them; None while that is not known."""
    _asked_for: tuple[tuple[str, int], ...] = ()
    _applied: tuple[str, ...] = ()

    def reason_against(self, action: str) -> str:
        """Why an action does not apply to what is selected; empty when it does."""
        if action in _ON_SUBSCRIPTIONS and self.selected is None:
            return select_first("subscription")
        if action not in _ON_MEMBERS:
            return ""
        chosen = self.selected_member
        if chosen is None:
            return select_first("member")
        row, member = chosen
        is_ours = self._receivers is None or (row.id, member.index) in self._receivers
        if action == "toggle_receiver" and not is_ours:
            return "No receiver of the lab is behind this member, so it is left alone"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action applies; None where it does not."""
        if self.is_mounted and self.reason_against(action):
            return None
        return super().check_action(action, parameters)

    def show_news(self) -> None:
        """Hand the footer what it shows, too."""
        super().show_news()
        self._note_applicable()

    @on(SubscriptionsView.Selected)
    def _note_applicable(self) -> None:
        """Have the footer show what applies now."""
        rows = () if self.pump.picture is None else self.pump.picture.subscriptions
        members = tuple((row.id, len(row.members)) for row in rows)
        if members != self._asked_for:
            self._asked_for = members
            self._ask_receivers()
        reasons = tuple(self.reason_against(action) for action in sorted(_ON_MEMBERS | _ON_SUBSCRIPTIONS))
        if reasons != self._applied:
            self._applied = reasons
            self.refresh_bindings()

    @work(group="receivers", exclusive=True)
    async def _ask_receivers(self) -> None:
        answer = await ask(self.link, "lab_receivers")
        if not answer.failure:
            self._receivers = frozenset((one["subscription"], one["member"]) for one in answer.value)
