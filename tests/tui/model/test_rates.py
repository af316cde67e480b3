"""Rates made from counters."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.world import NOTHING, NOW, pumped, snapshot


async def test_rates_are_differences_of_counters() -> None:
    pump, link, _ = pumped()
    for second in range(5):
        figures = replace(NOTHING, accepted=100 * second, delivered=50 * second)
        link.answer = snapshot(at=NOW + second, figures=figures)
        await pump.ask()
    assert pump.trends.rate("accepted") == pytest.approx(100)
    assert pump.trends.rate("delivered") == pytest.approx(50)
    assert pump.trends.past("accepted")[-1] == pytest.approx(100)
    assert pump.deliveries.one_in == 2


async def test_counters_that_begin_anew_give_no_negative_rate() -> None:
    pump, link, _ = pumped()
    for accepted in (1_000, 0):
        link.answer = snapshot(figures=replace(NOTHING, accepted=accepted))
        await pump.ask()
    assert pump.trends.rate("accepted") == 0
