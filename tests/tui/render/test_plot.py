"""Lines over time, and their axes."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from tests.tui.world import WALL
from tui.render.figures import clock
from tui.render.line import plain
from tui.render.plot import Axes, Curve, clock_ticks, plot, resampled, round_top

AXES = Axes(WALL, 60, 60, 10.0, [(0, "0"), (10, "10/s")])


def test_a_picture_is_as_large_as_it_is_told_and_knows_nothing_of_the_last_one() -> None:
    first = plot([Curve([5.0] * 60, "good", "x")], AXES, 90, 12)
    second = plot([Curve([math.nan], "good", "o")], AXES, 200, 60)
    assert [len(plain(line)) for line in first] == [90] * 12
    assert [len(plain(line)) for line in second] == [200] * 60
    assert "x" in "".join(map(plain, first))
    assert "x" not in "".join(map(plain, second))
    assert plain(second[-1]).split()
    assert plain(second[1]).startswith("     10/s┤")


def test_a_column_shows_the_highest_value_and_nothing_where_nothing_is_known() -> None:
    assert resampled([1, 9, 2, 3], 4, 2) == [9, 3]
    assert resampled([5], 4, 4) == [None, None, None, 5]
    assert resampled([1, 2], 2, 4) == [1, 1, 2, 2]
    assert resampled([math.nan, 2, math.nan, math.nan], 4, 2) == [2, None]


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.003, 0.005), (1, 1), (1.01, 2), (6, 10), (1_204, 2_000)])
def test_the_axis_ends_at_a_round_value(value: float, top: float) -> None:
    assert round_top(value) == pytest.approx(top)


@pytest.mark.parametrize("span_s", [60, 300, 3_600, 86_400])
@pytest.mark.parametrize("width", [28, 70, 140, 290])
def test_time_has_round_labels_within_the_span_that_do_not_touch(span_s: int, width: int) -> None:
    ticks = clock_ticks(WALL, span_s, width)
    assert ticks
    assert all(WALL - span_s <= at <= WALL for at, _ in ticks)
    assert all(clock(at).startswith(label) for at, label in ticks)
    assert sum(len(label) + 2 for _, label in ticks) <= width


def test_the_plotting_library_is_not_loaded_before_the_first_chart() -> None:
    code = "import sys, tui.app.application; print('plotext' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"
