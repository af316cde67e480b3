"""Parts of a bundle: only as much as has room, and what is left out is the oldest."""

from __future__ import annotations

import json

import pytest

from tui.bundle.parts import fitting, last_fitting, listed

ENTRIES = [{"n": number} for number in range(5)]


def test_a_list_of_lines_is_json() -> None:
    assert json.loads(listed([b"1", b'{"a":2}'])) == [1, {"a": 2}]
    assert json.loads(listed([])) == []


@pytest.mark.parametrize(("size_max", "kept"), [(10_000, 5), (14, 2), (6, 0), (0, 0)])
def test_the_last_entries_that_have_room_are_kept_in_order(size_max: int, kept: int) -> None:
    lines = last_fitting(ENTRIES, size_max)
    assert [json.loads(line) for line in lines] == ENTRIES[5 - kept :]


def test_of_a_mapping_what_has_no_room_is_counted() -> None:
    told = {"a": 1, "long": "x" * 100, "b": 2}
    assert fitting(told, 10_000) == (fitting(told, 10_000)[0], 0)
    assert json.loads(fitting(told, 10_000)[0]) == told
    text, missing = fitting(told, 20)
    assert json.loads(text) == {"a": 1}
    assert missing == 2
