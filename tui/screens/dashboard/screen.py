"""The dashboard, what an operator looks at all day: its widgets, the parts that serve its keys, and the timer."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from tui.keys.actions import dashboard_bindings
from tui.model.pump import BEAT_S
from tui.render.dashboard import frozen_badge
from tui.screens.dashboard.applicability import ApplicabilityPart
from tui.screens.dashboard.arrangement import ArrangementPart
from tui.screens.dashboard.changes import ChangesPart
from tui.screens.dashboard.inspection import InspectionPart
from tui.screens.dashboard.members import MembersPart
from tui.screens.dashboard.moments import MomentsPart
from tui.screens.dashboard.navigation import NavigationPart
from tui.screens.dashboard.raises import RaisesPart
from tui.screens.live import Beating
from tui.widgets.feed import FeedView
from tui.widgets.filter_bar import FilterBar
from tui.widgets.footer import ActionBar
from tui.widgets.header import HeaderLine
from tui.widgets.raise_form import RaiseForm
from tui.widgets.subscriptions import SubscriptionsView
from tui.widgets.timeline import TimelineView


class DashboardScreen(
    NavigationPart,
    ArrangementPart,
    InspectionPart,
    RaisesPart,
    ChangesPart,
    MembersPart,
    MomentsPart,
    ApplicabilityPart,
):
    """Everything shown comes from the pump; everything done goes over the link.

    A key's action, `action_<name>` of the table in `tui.keys.actions`, is in one of the parts.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*dashboard_bindings()]

    def compose(self) -> ComposeResult:
        """Header, the two views and the form, footer."""
        yield HeaderLine(self.pump, lambda: frozen_badge(self.pump), id="header")
        with Horizontal(id="body"):
            with Vertical(id="views"):
                yield SubscriptionsView(self.pump.picture_now, id="subscriptions")
                yield FeedView(id="feed")
                yield FilterBar(id="filter")
            yield RaiseForm(id="raise")
        if self.recorded is not None:
            yield TimelineView(self.recorded, id="timeline")
        yield ActionBar(id="footer")

    def on_mount(self) -> None:
        """Start the one timer of the console."""
        self.form.display = self.query_one(FilterBar).display = False
        self.subscriptions.focus()
        self.set_interval(BEAT_S, self.pass_on_beat, name="pump")
        self.arrive()

    def pass_on_beat(self) -> None:
        """Have the screen that is shown move on, this one or what covers it: only that one asks and draws."""
        shown = self.app.screen
        if isinstance(shown, Beating):
            shown.beat()
