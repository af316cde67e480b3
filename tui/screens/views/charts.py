"""Charts of rates, failures, queues and latency, of everything, of one subscription, or of one member."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from engine.view.snapshot import SubscriptionRow
from tui.keys.actions import bindings_named, bindings_of
from tui.link.protocol import Link
from tui.model.pump import Pump
from tui.model.time_series import EVERYTHING, Key, Measure, Track, slots
from tui.render import figures
from tui.render.chart import Chart, Series, Span, number
from tui.render.line import Role
from tui.screens.views.base import ViewScreen
from tui.terminal.safe_text import clean
from tui.widgets.charts import ChartsView
from tui.widgets.footer import ActionBar
from tui.widgets.header import HeaderLine

SPANS: tuple[tuple[int, str], ...] = ((60, "1 min"), (300, "5 min"), (3_600, "1 h"), (86_400, "24 h"))


class ChartsScreen(ViewScreen):
    """Draws once a second at most: when the history has another second."""

    tab = "show_charts"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("charts"),
        *bindings_named("next_subscription", "previous_subscription"),
        Binding("escape", "show_subscriptions", "Back", show=False),
    ]

    def __init__(self, link: Link, pump: Pump, subscription: str | None = None, member: int | None = None) -> None:
        super().__init__(link, pump)
        self._span = 1
        self._drawn: tuple[object, ...] | None = None
        self._chosen = EVERYTHING if subscription is None else Key(subscription, member)

    def compose(self) -> ComposeResult:
        """Header, charts, footer."""
        yield HeaderLine(self.pump, id="header")
        yield ChartsView(id="charts")
        yield ActionBar(id="footer")

    def draw(self) -> None:
        """Draw what is new, if anything is."""
        view, history = self.query_one(ChartsView), self.pump.history
        if self._chosen not in self._keys():
            self._chosen = EVERYTHING
        history.want(self._chosen)
        state = (history.version, self._span, self._chosen, self.pump.is_stale)
        if state == self._drawn:
            return
        self._drawn = state
        view.is_stale = self.pump.is_stale
        seconds, span = SPANS[self._span]
        track = history.track(self._chosen)
        unknown = " · nothing is known yet" if track is None else ""
        view.border_title = f"Charts · {self._what()} · {span}{unknown}"
        charts = () if track is None else charts_of(track, seconds, is_one=self._chosen.member is not None)
        view.show(charts, Span(seconds, slots(seconds), history.at + self.pump.wall_offset))

    def _what(self) -> str:
        """What is drawn, in words."""
        row = next((row for row in self._rows() if row.id == self._chosen.subscription), None)
        if row is None:
            return "all subscriptions"
        member = self._chosen.member
        name = f"{clean(row.event)} {row.policy or clean(row.socket)}"
        return name if member is None else f"{name} · member {member + 1}: {clean(row.members[member].socket)}"

    def action_time_span(self) -> None:
        """The next span of time."""
        self._span = (self._span + 1) % len(SPANS)
        self.draw()

    def action_next_subscription(self) -> None:
        """Everything, then each subscription."""
        self._go(1)

    def action_previous_subscription(self) -> None:
        """The same, backwards."""
        self._go(-1)

    def action_next_member(self) -> None:
        """The subscription, then each of its members."""
        self._go_in(1)

    def action_previous_member(self) -> None:
        """The same, backwards."""
        self._go_in(-1)

    def _go(self, by: int) -> None:
        names = [EVERYTHING.subscription, *(row.id for row in self._rows())]
        at = names.index(self._chosen.subscription) if self._chosen.subscription in names else 0
        self._choose(Key(names[(at + by) % len(names)]))

    def _go_in(self, by: int) -> None:
        rows = self._rows()
        row = next((row for row in rows if row.id == self._chosen.subscription), rows[0] if rows else None)
        if row is None:
            self.notify("There is no subscription yet", severity="warning")
            return
        places = [None, *range(len(row.members))]
        at = places.index(self._chosen.member) if self._chosen.member in places else 0
        self._choose(Key(row.id, places[(at + by) % len(places)]))

    def _choose(self, key: Key) -> None:
        self._chosen = key
        self.draw()

    def _keys(self) -> set[Key]:
        """All that can be drawn."""
        rows = self._rows()
        members = {Key(row.id, place) for row in rows for place in range(len(row.members))}
        return {EVERYTHING, *(Key(row.id) for row in rows)} | members

    def _rows(self) -> tuple[SubscriptionRow, ...]:
        return () if self.pump.snapshot is None else self.pump.snapshot.subscriptions


def charts_of(track: Track, seconds: int, *, is_one: bool = False) -> tuple[Chart, ...]:
    """The four charts of a track. `is_one`: it is a member's, and no other's latencies are in it."""

    def series(name: str, measure: Measure, role: Role) -> Series:
        return Series(name, track.values(measure, seconds), role)

    return (
        Chart("deliveries", (series("", Measure.DELIVERIES, "good"),), figures.rate),
        Chart("failures", (series("", Measure.FAILURES, "bad"),), figures.rate),
        Chart(
            "queues",
            (series("waiting", Measure.WAITING, "warn"), series("in flight", Measure.IN_FLIGHT, "accent")),
            number,
        ),
        Chart(
            "latency" if is_one else "latency of the slowest",
            (
                series("p50", Measure.P50, "good"),
                series("p90", Measure.P90, "warn"),
                series("p99", Measure.P99, "bad"),
            ),
            figures.latency,
        ),
    )
