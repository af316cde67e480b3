"""Charts of rates, failures, queues and latency, of everything or of one subscription."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from engine.snapshot import SubscriptionRow
from tui.actions import bindings_named, bindings_of
from tui.history import EVERYTHING, Measure, Track, slots
from tui.render import figures
from tui.render.chart import Chart, number
from tui.render.line import clean
from tui.screens.watching import WatchingScreen
from tui.widgets.charts import ChartsView
from tui.widgets.footer import ActionBar
from tui.widgets.header import HeaderLine

SPANS: tuple[tuple[int, str], ...] = ((60, "1 min"), (300, "5 min"), (3_600, "1 h"), (86_400, "24 h"))


class ChartsScreen(WatchingScreen):
    """Draws once a second at most: when the history has another second."""

    tab = "show_charts"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("charts"),
        *bindings_named("next_subscription", "previous_subscription"),
        Binding("escape", "show_subscriptions", "Back", show=False),
    ]
    _span = 1
    _drawn: tuple[object, ...] | None = None
    _chosen = EVERYTHING

    def compose(self) -> ComposeResult:
        """Header, charts, footer."""
        yield HeaderLine(self._pump, id="header")
        yield ChartsView(id="charts")
        yield ActionBar(id="footer")

    def draw(self) -> None:
        """Draw what is new, if anything is."""
        view = self.query_one(ChartsView)
        rows = {row.id: row for row in self._rows()}
        if self._chosen not in rows:
            self._chosen = EVERYTHING
        state = (self._pump.history.version, self._span, self._chosen, self._pump.is_stale)
        if state == self._drawn:
            return
        self._drawn = state
        view.is_stale = self._pump.is_stale
        seconds, span = SPANS[self._span]
        row = rows.get(self._chosen)
        what = "all subscriptions" if row is None else f"{clean(row.event)} {row.policy or clean(row.socket)}"
        view.border_title = f"Charts · {what} · {span}"
        track = self._pump.history.track(self._chosen)
        if track is None:
            view.border_title += " · nothing is known yet"
        view.show(() if track is None else charts_of(track, seconds, span))

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

    def _go(self, by: int) -> None:
        names = [EVERYTHING, *(row.id for row in self._rows())]
        at = names.index(self._chosen) if self._chosen in names else 0
        self._chosen = names[(at + by) % len(names)]
        self.draw()

    def _rows(self) -> tuple[SubscriptionRow, ...]:
        return () if self._pump.snapshot is None else self._pump.snapshot.subscriptions


def charts_of(track: Track, seconds: int, span: str) -> tuple[Chart, ...]:
    """The four charts of a track."""
    count = slots(seconds)
    p50 = track.values(Measure.P50, seconds)
    half = f"   half of all below {figures.latency(p50[-1])}" if p50 else ""
    return (
        Chart("deliveries a second", track.values(Measure.DELIVERIES, seconds), count, span, figures.rate, "good"),
        Chart(
            "failed notifications a second", track.values(Measure.FAILURES, seconds), count, span, figures.rate, "bad"
        ),
        Chart("events waiting", track.values(Measure.WAITING, seconds), count, span, number, "warn"),
        Chart(
            "latency, 99 of 100 below",
            track.values(Measure.P99, seconds),
            count,
            span,
            figures.latency,
            "accent",
            half,
        ),
    )
