"""Charts of block signs."""

from __future__ import annotations

import pytest

from tui.render.chart import Chart, area, chart_lines, charts_lines, resampled
from tui.render.figures import rate
from tui.render.line import plain, width_of


def test_an_area_has_eighths_and_shows_little_values() -> None:
    assert area([0, 4, 8, None, 0.01], 2, 8) == ["  █  ", " ██ ▁"]
    assert area([0, 0], 1, 0) == ["  "]


def test_a_column_shows_the_highest_value_and_nothing_where_nothing_is_known() -> None:
    assert resampled([1, 9, 2, 3], 4, 2) == [9, 3]
    assert resampled([5], 4, 4) == [None, None, None, 5]
    assert resampled([1, 2], 2, 4) == [1, 1, 2, 2]


def test_the_title_tells_the_newest_and_the_highest() -> None:
    lines = [plain(line) for line in chart_lines(Chart("deliveries", [2.0, 8.0, 4.0], 3, "1 min", rate), 40, 6)]
    assert lines[0].rstrip() == " deliveries   now 4.0/s   most 8.0/s"
    assert lines[1].startswith("     8.0/s▕")
    assert lines[-1].split() == ["1", "min", "ago", "now"]
    assert len(lines) == 6


@pytest.mark.parametrize("size", [(40, 10), (80, 20), (160, 40), (300, 78)])
def test_charts_fit_their_room(size: tuple[int, int]) -> None:
    charts = [Chart("one", [], 300, "5 min", rate), *[Chart("more", [1.0] * 500, 300, "5 min", rate)] * 3]
    assert {width_of(line) for line in charts_lines(charts, *size)} == {size[0]}
