"""Charts, by their keys."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.view.snapshot import SubscriptionRow
from tests.tui.pilots import Console, console
from tests.tui.world import NOW, PIKE, FakeLink, snapshot
from tui.screens.views.charts import ChartsScreen
from tui.widgets.charts import ChartsView


def awake(row: SubscriptionRow, at: float) -> SubscriptionRow:
    """The row, whose first member took something just now."""
    first = replace(row.members[0], latency_now_s=(0.0021, 0.004, 0.008), took_at=at)
    return replace(row, members=(first, *row.members[1:]))


def view(shown: Console) -> ChartsView:
    assert isinstance(shown.app.screen, ChartsScreen)
    return shown.app.screen.query_one(ChartsView)


def title(shown: Console) -> str:
    return str(view(shown).border_title)


def seen(shown: Console) -> str:
    return "\n".join(view(shown).render_line(y).text for y in range(view(shown).line_count()))


async def test_3_shows_charts_and_goes_back() -> None:
    link = FakeLink()
    async with console(link) as shown:
        await shown.press("3")
        assert "nothing is known yet" in title(shown)
        link.answer = replace(link.answer, at=NOW + 2)
        await shown.until(lambda: "deliveries" in seen(shown), "the charts")
        assert title(shown) == "Charts · all subscriptions · 5 min"
        await shown.press("3")
        assert shown.app.screen is shown.dashboard
        await shown.press("3", "escape")
        assert shown.app.screen is shown.dashboard


async def test_spans_and_subscriptions() -> None:
    link = FakeLink(snapshot(PIKE))
    async with console(link) as shown:
        link.answer = snapshot(awake(PIKE, NOW + 2), at=NOW + 2)
        await shown.press("3", "right_square_bracket")
        assert title(shown).startswith("Charts · E_PIKE_BLOCKED FAILOVER · 5 min")
        await shown.until(lambda: "⠒⠒ p50 2.1 ms  •• p90 4.0 ms  xx p99 8.0 ms" in seen(shown), "the charts")
        await shown.press("T")
        assert title(shown).startswith("Charts · E_PIKE_BLOCKED FAILOVER · 1 h")
        await shown.press("left_square_bracket")
        assert title(shown).startswith("Charts · all subscriptions · 1 h")
        await shown.press("left_square_bracket")
        link.answer = snapshot(at=NOW + 4)
        await shown.until(lambda: title(shown).startswith("Charts · all subscriptions"), "the end of the subscription")


async def test_the_member_that_is_selected_and_the_others_of_its_subscription() -> None:
    link = FakeLink()
    async with console(link) as shown:
        await shown.press("down", "3")
        assert title(shown).startswith("Charts · E_PIKE_BLOCKED FAILOVER · member 1: rabbitmq:guest:•••@")
        link.answer = snapshot(awake(PIKE, NOW + 2), at=NOW + 2)
        await shown.until(lambda: "latency  ⠒⠒ p50 2.1 ms" in seen(shown), "the member's own latency")
        await shown.press("right_curly_bracket")
        assert " · member 2: flatstore:" in title(shown)
        await shown.press("right_curly_bracket")
        assert title(shown) == "Charts · E_PIKE_BLOCKED FAILOVER · 5 min"
        await shown.press("left_curly_bracket")
        assert " · member 2: flatstore:" in title(shown)


async def test_without_subscriptions_there_is_no_member_and_it_says_so() -> None:
    async with console(FakeLink(snapshot())) as shown:
        await shown.press("3", "right_curly_bracket")
        assert shown.toasts[-1] == "There is no subscription yet"


async def test_nothing_is_drawn_before_there_is_another_second(monkeypatch: pytest.MonkeyPatch) -> None:
    link = FakeLink(snapshot(PIKE))
    async with console(link) as shown:
        link.answer = snapshot(PIKE, at=NOW + 2)
        await shown.press("3")
        await shown.until(lambda: "deliveries" in seen(shown), "the charts")
        drawn: list[object] = []
        monkeypatch.setattr("tui.widgets.charts.charts_lines", lambda *charts, **_more: drawn.extend(charts))
        asked = link.asked
        await shown.until(lambda: link.asked > asked + 3, "more answers of the same second")
        assert not drawn
