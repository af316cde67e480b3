"""The screens beside the dashboard, from wherever one is: the same key shows one and leads back."""

from __future__ import annotations

from tui.app.base import AppBase
from tui.screens.views.audit import AuditScreen
from tui.screens.views.base import ViewScreen
from tui.screens.views.charts import ChartsScreen
from tui.screens.views.log import LogScreen
from tui.screens.views.stage import StageScreen
from tui.screens.views.wallboard import WallboardScreen


class ViewsPart(AppBase):
    """At most one of them lies over the dashboard."""

    def action_show_stage(self) -> None:
        """Watch the policy of the selected subscription; again, and back."""
        chosen = self.selected
        self._turn_to(StageScreen(self.link, self.pump, None if chosen is None else chosen[0].id))

    def action_wallboard(self) -> None:
        """Big digits, for a projector; again, and back."""
        self._turn_to(WallboardScreen(self.link, self.pump))

    def action_show_charts(self) -> None:
        """Rates, failures, queues and latency over time, of the selected member or all; again, and back."""
        chosen = self.selected
        if chosen is None or chosen[1] is None:
            self._turn_to(ChartsScreen(self.link, self.pump))
        else:
            self._turn_to(ChartsScreen(self.link, self.pump, chosen[0].id, chosen[1].index))

    def action_show_log(self) -> None:
        """Read the engine's log; again, and back."""
        self._turn_to(LogScreen(self.link, self.pump))

    def action_show_audit(self) -> None:
        """Show who changed what."""
        if not isinstance(self.screen, AuditScreen):
            self.push_screen(AuditScreen(self.link))

    def action_go_to_feed(self) -> None:
        """Show the feed, from whatever screen."""
        self.dashboard.show_feed()

    def _turn_to(self, view: ViewScreen) -> None:
        """Show it in place of another one, or leave it when such a one is shown already."""
        if isinstance(self.screen, type(view)):
            self.screen.dismiss()
        elif isinstance(self.screen, ViewScreen):
            self.switch_screen(view)
        else:
            self.push_screen(view)
