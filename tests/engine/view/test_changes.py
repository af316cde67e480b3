"""Snapshots told one after the other, each as what is different."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.view.changes import change_between, changed
from engine.view.codec import decode_plain, encode
from engine.view.snapshot import EngineSnapshot, SubscriptionRow
from tests.engine.view.values import any_of
from tests.tui.world import AOR, CDR, PIKE, snapshot


def test_a_row_that_did_not_change_is_told_once() -> None:
    before = snapshot(PIKE, CDR, AOR)
    after = snapshot(replace(PIKE, version=2), CDR, AOR, next_record=101)
    change = change_between(before, after)
    assert [row.id for row in change.rows] == ["s1"]
    assert (change.order, change.events) == (None, None)
    again = changed(before, change)
    assert again == after
    assert again.subscriptions[1] is CDR, "rows that stay are the same objects"
    assert "subscriptions" in decode_plain(encode(change))["head"]


def test_a_row_that_is_nowhere_is_an_error() -> None:
    change = replace(change_between(None, snapshot(PIKE)), order=("s1", "s9"))
    with pytest.raises(KeyError, match="s9"):
        changed(None, change)


@given(st.lists(st.tuples(any_of(EngineSnapshot), st.permutations(["a", "b", "c"]), st.integers(0, 3)), max_size=4))
@settings(max_examples=30, deadline=None)
def test_any_snapshots_come_back(made: list[tuple[EngineSnapshot, list[str], int]]) -> None:
    before: EngineSnapshot | None = None
    again: EngineSnapshot | None = None
    for version, (one, names, count) in enumerate(made):
        rows = tuple(_row(name, version) for name in names[:count])
        after = replace(one, subscriptions=rows)
        again = changed(again, change_between(before, after))
        assert again == after
        before = after


def _row(name: str, version: int) -> SubscriptionRow:
    return replace(PIKE, id=name, version=version)
