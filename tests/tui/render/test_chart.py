"""Charts: titles that are legends, over plots with axes."""

from __future__ import annotations

import math

import pytest

from tests.tui.world import WALL
from tui.render.chart import Chart, Series, Span, chart_lines, charts_lines, number
from tui.render.figures import clock, latency, rate
from tui.render.line import plain, width_of
from tui.terminal.ascii import ascii_only

SPAN = Span(300, 300, WALL)

LATENCY = Chart(
    "latency",
    [
        Series("p50", [0.001] * 300, "good"),
        Series("p90", [0.002] * 300, "warn"),
        Series("p99", [0.003] * 299 + [0.004], "bad"),
    ],
    latency,
)


def text(chart: Chart, width: int = 80, height: int = 15, *, is_ascii: bool = False) -> list[str]:
    return [plain(line) for line in chart_lines(chart, SPAN, width, height, is_ascii=is_ascii)]


def test_the_title_is_the_legend_and_tells_the_newest_and_the_highest() -> None:
    assert text(LATENCY)[0].rstrip() == " latency  ⠒⠒ p50 1.0 ms  •• p90 2.0 ms  xx p99 4.0 ms  most 4.0 ms"
    assert text(LATENCY, 40)[0] == " ⠒ p50 1.0 ms • p90 2.0 ms x p99 4.0 ms "


def test_lines_are_told_apart_without_any_colour() -> None:
    picture = "\n".join(text(LATENCY)[1:])
    assert all(sign in picture for sign in "•x")
    assert any("\u2800" <= sign <= "\u28ff" for sign in picture)
    in_ascii = "\n".join(text(LATENCY, is_ascii=True)[1:])
    assert "?" not in ascii_only(in_ascii)
    assert all(sign in in_ascii for sign in ".ox")


def test_each_line_keeps_its_role() -> None:
    roles = {part.role for line in chart_lines(LATENCY, SPAN, 80, 15)[1:] for part in line if part.text.strip()}
    assert roles == {"good", "warn", "bad", "faint"}


def test_both_axes_have_labels_in_the_time_of_the_clock_and_the_unit_of_the_value() -> None:
    lines = text(LATENCY)
    assert lines[2].startswith("   5.0 ms┤")
    assert lines[-3].startswith("        0┤")
    assert clock(WALL // 60 * 60) in lines[-1]


def test_what_is_not_known_is_a_gap_and_no_value() -> None:
    values = [math.nan] * 150 + [2.0] * 150
    rows = [line[10:-1] for line in text(Chart("deliveries", [Series("", values, "good")], rate))[2:-2]]
    drawn = {place for row in rows for place, sign in enumerate(row) if sign != " "}
    assert drawn
    assert min(drawn) > len(rows[0]) // 2 - 3
    assert (
        text(Chart("deliveries", [Series("", [math.nan], "good")], rate))[0].rstrip()
        == " deliveries  ⠒⠒ -  nothing yet"
    )


@pytest.mark.parametrize("size", [(40, 10), (80, 20), (160, 40), (300, 78)])
def test_charts_fit_their_room(size: tuple[int, int]) -> None:
    charts = [
        Chart("one", [Series("", [], "good")], rate),
        *[Chart("more", [Series("", [1.0] * 500, "bad")], rate)] * 3,
    ]
    lines = charts_lines(charts, SPAN, *size)
    assert {width_of(line) for line in lines} == {size[0]}
    assert len(lines) <= size[1]


def labels(values: list[float]) -> list[str]:
    lines = text(Chart("queues", [Series("waiting", values, "warn")], number), 80, 25)
    return [line.partition("┤")[0].strip() for line in lines if "┤" in line]


def test_no_label_stands_twice_and_there_is_no_scale_where_nothing_is_known() -> None:
    assert labels([1.0]) == ["1", "0"]
    assert labels([40.0]) == ["50", "40", "30", "20", "10", "0"]
    assert labels([math.nan]) == ["0"]
