"""Numbers as an operator reads them."""

from __future__ import annotations

import pytest

from tui.render import figures


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s"), (0.9, "0 s"), (59, "59 s"), (185, "3 min 5 s"), (3_425, "57 min"), (11_520, "3 h 12 min"),
     (187_200, "2 d 4 h")],
)  # fmt: skip
def test_spans_have_their_two_largest_units(seconds: float, text: str) -> None:
    assert figures.span(seconds) == text


@pytest.mark.parametrize(
    ("per_second", "text"), [(0, "0/s"), (0.01, "0/s"), (2.54, "2.5/s"), (9.99, "10/s"), (1_204.4, "1,204/s")]
)
def test_rates(per_second: float, text: str) -> None:
    assert figures.rate(per_second) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.00004, "40 µs"), (0.0021, "2.1 ms"), (1.25, "1.2 s"), (0.0, "0 µs")]
)
def test_latencies(seconds: float | None, text: str) -> None:
    assert figures.latency(seconds) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.0021, 0.0084, "2.1/8.4 ms"),
        (0.00004, 0.0012, "40 µs/1.2 ms"),
        (1.0, 2.5, "1.0/2.5 s"),
        (0.5, 1.5, "500.0 ms/1.5 s"),
        (None, None, ""),
        (0.001, None, "1.0 ms"),
    ],
)
def test_two_latencies_share_their_unit(low: float | None, high: float | None, text: str) -> None:
    assert figures.latencies(low, high) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (10_311, "10,311"), (12_345_678, "12.3M")])
def test_counts(number: int, text: str) -> None:
    assert figures.count(number) == text


def test_time_left_is_never_negative() -> None:
    assert figures.tenths(-0.4) == "0.0 s"
    assert figures.tenths(17.55) == "17.6 s"


@pytest.mark.parametrize(
    ("share", "text"), [(1.5, "▰▰▰▰"), (0.5, "▰▰▱▱"), (0.01, "▰▱▱▱"), (0.0, "▱▱▱▱"), (-1.0, "▱▱▱▱")]
)
def test_a_bar_shrinks_to_nothing_only_at_the_end(share: float, text: str) -> None:
    assert figures.bar(share, 4) == text


def test_a_trend_reaches_from_nought_to_its_largest_value() -> None:
    assert figures.trend([0, 5, 10], 5) == "  ▁▄█"
    assert figures.trend([0, 0], 2) == "▁▁"
    assert figures.trend([], 3) == "   "
    assert figures.trend([9, 9, 1, 8], 2) == "▁█"
