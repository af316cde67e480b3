"""What an operator can do to get somewhere: to the feed and back, to the next member that is out."""

from __future__ import annotations

from tui.screens.dashboard.base import DashboardBase


class NavigationPart(DashboardBase):
    """Moves cursor and focus."""

    @property
    def tab(self) -> str:
        """The action that leads to what is shown."""
        return "show_feed" if self.feed.has_focus else "show_subscriptions"

    def action_next_problem(self) -> None:
        """Go to the next member that is out."""
        self._go_to_problem(1)

    def action_previous_problem(self) -> None:
        """Go to the member before that is out."""
        self._go_to_problem(-1)

    def action_show_subscriptions(self) -> None:
        """Go to the subscriptions."""
        self.remove_class("show-feed")
        self.subscriptions.focus()

    def action_show_feed(self) -> None:
        """Go to the feed, or back from it."""
        feed = self.feed
        if feed.has_focus:
            self.action_show_subscriptions()
            return
        self.show_feed()

    def show_feed(self) -> None:
        """Go to the feed."""
        self.add_class("show-feed")
        self.feed.focus()

    def _go_to_problem(self, step: int) -> None:
        if not self.subscriptions.next_problem(step):
            self.notify("Every member is well")
