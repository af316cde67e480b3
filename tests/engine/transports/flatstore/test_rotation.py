"""The rules of rotation, without files."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.transports.flatstore.rotation import Fill, Reason, RotationRules, kept_numbers, parsed_size, path_at


def test_without_limits_nothing_is_due_and_everything_fits() -> None:
    rules = RotationRules()
    assert rules.reason(Fill(10**9, 10**12), 1e9) is None
    assert rules.fitting(Fill(10**9, 10**12), [10] * 7) == 7


def test_a_file_is_due_once_it_has_its_lines() -> None:
    rules = RotationRules(count=3)
    assert rules.reason(Fill(lines=2), 0.0) is None
    assert rules.reason(Fill(lines=3), 0.0) is Reason.COUNT
    assert rules.fitting(Fill(lines=1), [5] * 10) == 2
    assert rules.fitting(Fill(lines=9), [5] * 10) == 0


def test_a_file_is_due_once_it_has_its_bytes_and_the_last_line_stays_whole() -> None:
    rules = RotationRules(size=10)
    assert rules.reason(Fill(size=9), 0.0) is None
    assert rules.reason(Fill(size=10), 0.0) is Reason.SIZE
    assert rules.fitting(Fill(), [4, 4, 4, 4]) == 3
    assert rules.fitting(Fill(), [5, 5, 5]) == 2
    assert rules.fitting(Fill(), [100, 1]) == 1
    assert rules.fitting(Fill(size=10), [1]) == 0


def test_a_period_begins_at_a_multiple_and_a_clock_set_back_rotates_nothing() -> None:
    rules = RotationRules(period_s=60)
    fill = Fill(period=rules.period_of(119.9))
    assert rules.reason(fill, 119.99) is None
    assert rules.reason(fill, 120.0) is Reason.PERIOD
    assert rules.reason(fill, 30.0) is None


@given(
    st.integers(0, 5),
    st.integers(0, 40),
    st.lists(st.integers(1, 15), max_size=30),
    st.integers(0, 6),
    st.integers(0, 50),
)
def test_what_fits_is_the_same_as_asking_before_each_line(
    count: int, size: int, sizes: list[int], lines: int, filled: int
) -> None:
    rules = RotationRules(count=count, size=size)
    fill = Fill(lines, filled)
    one_by_one = 0
    while one_by_one < len(sizes) and rules.reason(fill, 0.0) is None:
        fill = fill.plus(1, sizes[one_by_one])
        one_by_one += 1
    assert rules.fitting(Fill(lines, filled), sizes) == one_by_one


def test_a_suffix_is_evaluated_in_local_time() -> None:
    wall = 1_700_000_000.0
    assert path_at("/x/log", "", wall) == "/x/log"
    assert path_at("/x/log%d", ".%Y-%j", wall) == "/x/log%d" + time.strftime(".%Y-%j", time.localtime(wall))


def test_only_files_named_by_a_rotation_are_counted() -> None:
    names = ["log", "log.2", "log.10", "log.1", "log.03", "log.x", "log.1.gz", "blog.7", "log.", "log.²"]
    assert kept_numbers(names, "log") == [1, 2, 10]


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("512", 512), ("64k", 65536), ("10M", 10 * 1024**2), (" 2g ", 2 * 1024**3)]
)
def test_sizes_are_read_in_powers_of_1024(text: str, size: int) -> None:
    assert parsed_size(text) == size


@pytest.mark.parametrize("text", ["", "k", "1kb", "-1", "1.5m", "1 k", "ten", "٣"])
def test_other_sizes_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="64k"):
        parsed_size(text)
