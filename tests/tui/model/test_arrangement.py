"""Which subscriptions are shown, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.view.snapshot import SubscriptionRow
from tests.tui.world import AOR, CDR, NOW, PIKE, snapshot, subscription
from tui.model.arrangement import Arrangement, RowRates, Sort, arranged
from tui.model.filters import parse_filter

ROWS = (PIKE, CDR, AOR)


@given(st.sampled_from(Sort), st.sets(st.sampled_from(["s1", "s2", "s3"])), st.permutations(ROWS))
def test_whatever_the_order_everything_is_shown_once_and_pinned_ones_first(
    sort: Sort, pinned: set[str], rows: list[SubscriptionRow]
) -> None:
    shown = arranged(rows, Arrangement(sort, pinned=frozenset(pinned)), NOW, {"s2": 5.0})
    assert sorted(one.row.id for one in shown) == ["s1", "s2", "s3"]
    assert {one.row.id for one in shown[: len(pinned)]} == pinned


def test_a_filter_shows_subscriptions_with_the_members_that_match() -> None:
    shown = arranged(ROWS, Arrangement(filter=parse_filter("state:failed,paused")), NOW, {})
    assert [(one.row.id, [member.index for member in one.members]) for one in shown] == [("s1", [0]), ("s3", [1])]


def test_a_mark_that_ran_out_is_due_for_the_filter_too() -> None:
    chosen = Arrangement(filter=parse_filter("state:due"))
    assert not arranged(ROWS, chosen, NOW, {})
    assert [one.row.id for one in arranged(ROWS, chosen, NOW + 20, {})] == ["s1"]


def test_rates_grow_with_deliveries_and_order_by_them() -> None:
    rates = RowRates()
    for second in range(30):
        rows = (subscription("a", "E_A", None), subscription("b", "E_B", None, delivered=100 * second))
        rates.note(snapshot(*rows, at=NOW + second))
    assert rates.by_id["a"] == 0
    assert rates.by_id["b"] == pytest.approx(100, rel=0.05)
    shown = arranged(rows, Arrangement(Sort.RATE), NOW, rates.by_id)
    assert [one.row.id for one in shown] == ["b", "a"]
