"""When a member is too slow, and whether somebody else is better: a table, and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.health import Health
from engine.policies import slowness
from engine.policies.base import Standing
from engine.policies.slowness import Pressure

NOW = 100.0
UP = Health(tried=True)
FAILED = UP.failed(NOW - 1, "connection refused")
SLOW = UP.slowed(NOW - 1, "too slow")


@pytest.mark.parametrize(
    ("pressure", "reason"),
    [
        (Pressure(4_200, 0.84, 1_024, 0.1), "too slow: 4,200 wait, the oldest 0.8 s"),
        (Pressure(4_200, 0.79, 1_024, 0.1), None),
        (Pressure(5_000, 0.2, 1_024, 0.1), "too slow: 5,000 wait, the oldest 0.2 s"),
        (Pressure(4_999, 0.2, 1_024, 0.1), None),
        (Pressure(0, 0.0, 2, 0.8), "too slow: 2 in flight, none settled for 0.8 s"),
        (Pressure(0, 0.0, 1, 60.0), None),
        (Pressure(1, 0.1, 1, 0.9), "too slow: 1 in flight, none settled for 0.9 s"),
        (Pressure(0, 0.0, 1, 0.0, "the broker is blocking publishers: low on memory"), "the broker is blocking"),
    ],
)
def test_what_is_too_slow(pressure: Pressure, reason: str | None) -> None:
    found = slowness.too_slow(pressure, 0.8, 10_000)
    assert found == reason if reason is None else found is not None and found.startswith(reason)


@given(
    st.builds(
        Pressure,
        st.integers(0, 10**6),
        st.floats(0, 1e6),
        st.integers(0, 1_024),
        st.floats(0, 1e6),
        st.none() | st.just("blocked"),
    )
)
def test_off_is_off(pressure: Pressure) -> None:
    assert slowness.too_slow(pressure, 0.0, 10) is None


@pytest.mark.parametrize(
    ("others", "has_other"),
    [
        ([Standing(UP)], True),
        ([Standing(Health())], True),
        ([Standing(FAILED)], False),
        ([Standing(SLOW)], False),
        ([Standing(Health(paused=True))], False),
        ([Standing(UP, blocked="low on disk")], False),
        ([Standing(UP, is_left=True)], False),
        ([Standing(FAILED), Standing(UP)], True),
        ([Standing(UP.failed(NOW - 40, "was refused"))], True),
        ([], False),
    ],
)
@pytest.mark.parametrize("failover_timeout", [30.0, 0.0])
def test_a_member_is_left_only_for_somebody_better(
    others: list[Standing], has_other: bool, failover_timeout: float
) -> None:
    if failover_timeout == 0.0 and any(one.health.failed_at is not None for one in others):
        has_other = any(not one.is_left for one in others)  # no mark lasts
    assert slowness.has_other_than(0, [Standing(UP), *others], NOW, failover_timeout) is has_other
